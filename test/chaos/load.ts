import { setTimeout as sleep } from 'node:timers/promises';
import { PROBLEM_CONTENT_TYPE } from '../../lambda/contract/problems.ts';
import type { Random } from '../../lambda/core/clock.ts';
import {
  type Answer,
  ApiClient,
  type JobView,
  type RequestOptions,
  request,
} from '../support/api-client.ts';

interface Submitted {
  readonly jobId: string;
  readonly prompt: string;
}

/** The API's responses during the run. */
interface Answers {
  /** The number of responses of each status; 0 stands for a broken connection. */
  readonly posts: ReadonlyMap<number, number>;
  readonly gets: ReadonlyMap<number, number>;
  readonly deletes: ReadonlyMap<number, number>;
  /** Error responses whose body was not a problem details object. */
  readonly malformed: readonly string[];
}

/** The most requests at a time. With more, the machine would be the bottleneck. */
const MOST_AT_ONCE = 60;
const RETRY_MS = 500;
const READ_EVERY_MS = 250;
/** The share of the jobs that their caller cancels, within a few seconds. */
const CANCELLED_SHARE = 0.1;
const CANCELLED_WITHIN_MS = 4000;

/** A client that submits jobs at a fixed rate, reads some of them and cancels others. */
export class Load {
  readonly #apiUrl: string;
  readonly #random: Random;
  readonly #accepted: Submitted[] = [];
  readonly #posts = new Map<number, number>();
  readonly #gets = new Map<number, number>();
  readonly #deletes = new Map<number, number>();
  readonly #malformed: string[] = [];
  readonly #cancelledAtMs = new Map<string, number>();
  /** The results that were read during the run, by job id. */
  readonly #read = new Map<string, string>();

  constructor(apiUrl: string, random: Random) {
    this.#apiUrl = apiUrl;
    this.#random = random;
  }

  get accepted(): readonly Submitted[] {
    return this.#accepted;
  }

  get read(): ReadonlyMap<string, string> {
    return this.#read;
  }

  /** The time at which the API accepted a job's cancel, by job id. */
  get cancelledAtMs(): ReadonlyMap<string, number> {
    return this.#cancelledAtMs;
  }

  get answers(): Answers {
    return {
      posts: this.#posts,
      gets: this.#gets,
      deletes: this.#deletes,
      malformed: this.#malformed,
    };
  }

  /** Submits jobs for this long. Resolves when every submission and cancel has been answered. */
  async run(jobsPerSecond: number, seconds: number): Promise<void> {
    const underWay = new Set<Promise<string>>();
    const cancels: Promise<void>[] = [];
    const startedAt = performance.now();
    const elapsedMs = () => performance.now() - startedAt;
    const reading = this.#readSome(() => elapsedMs() < seconds * 1000);
    for (let number = 0; elapsedMs() < seconds * 1000; number++) {
      const submission = this.#submit(number).finally(() => underWay.delete(submission));
      underWay.add(submission);
      if (this.#random() < CANCELLED_SHARE) cancels.push(submission.then(this.#cancel));
      await sleep(Math.max(0, (number * 1000) / jobsPerSecond - elapsedMs()));
      if (underWay.size >= MOST_AT_ONCE) await Promise.race(underWay);
    }
    await Promise.all([...underWay, ...cancels, reading]);
  }

  /** Reads a job after the run. Lambda may still throttle the read. */
  async job(jobId: string): Promise<JobView> {
    return await new ApiClient(this.#apiUrl).job(jobId);
  }

  /** Repeats the request with one idempotency key until the job is accepted. */
  async #submit(number: number): Promise<string> {
    const prompt = `Question ${number}: why do ships have anchors?`;
    const headers = { 'idempotency-key': `chaos-${number}` };
    const options = { method: 'POST', body: { prompt }, headers };
    for (;;) {
      const answer = await this.#ask<{ jobId: string }>('/jobs', options, this.#posts);
      if (answer && answer.status < 300) {
        const { jobId } = answer.body;
        this.#accepted.push({ jobId, prompt });
        return jobId;
      }
      if (answer && answer.status < 500) throw new Error(`POST of a job: got ${answer.status}`);
      await sleep(RETRY_MS * this.#random());
    }
  }

  /** Repeats the request until the API has accepted it or says that the job has ended. */
  readonly #cancel = async (jobId: string): Promise<void> => {
    await sleep(CANCELLED_WITHIN_MS * this.#random());
    for (;;) {
      const answer = await this.#ask(`/jobs/${jobId}`, { method: 'DELETE' }, this.#deletes);
      if (answer?.status === 202) this.#cancelledAtMs.set(jobId, Date.now());
      if (answer && answer.status < 500) return;
      await sleep(RETRY_MS * this.#random());
    }
  };

  async #readSome(isOn: () => boolean): Promise<void> {
    while (isOn()) {
      await sleep(READ_EVERY_MS);
      const some = this.#accepted[Math.floor(this.#random() * this.#accepted.length)];
      if (!some) continue;
      const answer = await this.#ask<JobView>(`/jobs/${some.jobId}`, {}, this.#gets);
      if (answer?.status === 200 && answer.body.result) {
        this.#read.set(some.jobId, answer.body.result.text);
      }
    }
  }

  /** Returns `undefined` if the connection breaks. */
  async #ask<Body>(
    path: string,
    options: RequestOptions,
    statuses: Map<number, number>,
  ): Promise<Answer<Body> | undefined> {
    const answer = await request<Body>(this.#apiUrl, path, options).catch(() => undefined);
    const status = answer?.status ?? 0;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (answer && status >= 400 && !isProblem(answer)) this.#malformed.push(`${status} ${path}`);
    return answer;
  }
}

function isProblem({ status, headers, body }: Answer): boolean {
  const given = body as { readonly type?: unknown; readonly status?: unknown };
  return (
    headers.get('content-type')?.startsWith(PROBLEM_CONTENT_TYPE) === true &&
    typeof given.type === 'string' &&
    // One gateway response serves many statuses, so its body has no `status` field.
    (given.status ?? status) === status
  );
}
