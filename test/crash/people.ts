import type { JobView } from '../../lambda/contract/schemas/job-views.ts';
import { digest } from '../../lambda/request/digest.ts';
import type { ApiEventOptions } from '../support/api-event.ts';
import type { Model } from './cloud.ts';
import { FaultPlan } from './fates.ts';
import type { Path } from './paths.ts';
import type { Functions, Processes } from './processes.ts';
import type { Timeline } from './timeline.ts';

const TENANT = 'a-tenant';
const IDEMPOTENCY_KEY = 'a-key';
/** What the two make of it. */
export const JOB_ID = digest([TENANT, IDEMPOTENCY_KEY]);

const CALLER_PATIENCE_MS = 30_000;
/** Longer than a received dead letter is hidden. */
const OPERATOR_PATIENCE_MS = 61_000;

type Answer = Awaited<ReturnType<Functions['request']>>;

/** Whoever wants an answer, and asks again until he is told something. */
export class Caller {
  isAccepted = false;
  /** He was told so before a model had answered. */
  isCancelAccepted = false;
  isCancelling = false;
  readonly #processes: Processes;
  readonly #timeline: Timeline;
  readonly #model: Model;

  constructor(processes: Processes, timeline: Timeline, model: Model) {
    this.#processes = processes;
    this.#timeline = timeline;
    this.#model = model;
  }

  async submit(body: Path['body']): Promise<void> {
    const answer = await this.#ask({
      route: 'POST /jobs',
      body: JSON.stringify({ prompt: 'Why do ships have anchors?', ...body }),
      headers: { 'Idempotency-Key': [IDEMPOTENCY_KEY] },
    });
    if (answer && answer.statusCode < 300) this.isAccepted = true;
    else this.#timeline.in(CALLER_PATIENCE_MS, () => this.submit(body));
  }

  /** Once, however often it is called. */
  async cancel(): Promise<void> {
    if (this.isCancelling) return;
    this.isCancelling = true;
    await this.#insistOnCancel();
  }

  /** Nothing strikes it: to read changes nothing. */
  async read(): Promise<JobView | undefined> {
    const answer = await this.#ask({ route: 'GET /jobs/{id}', id: JOB_ID }, new FaultPlan());
    return answer?.statusCode === 200 ? JSON.parse(answer.body) : undefined;
  }

  async #insistOnCancel(): Promise<void> {
    const answer = await this.#ask({ route: 'DELETE /jobs/{id}', id: JOB_ID });
    if (answer?.statusCode === 202) this.isCancelAccepted = this.#model.answered === 0;
    else if (answer?.statusCode !== 409) {
      this.#timeline.in(CALLER_PATIENCE_MS, () => this.#insistOnCancel());
    }
  }

  /** The answer, if one came in time. */
  async #ask(options: ApiEventOptions, plan?: FaultPlan): Promise<Answer | undefined> {
    const given: { answer?: Answer } = {};
    const ending = await this.#processes.start({
      caller: 'request',
      plan,
      work: async ({ request }) => {
        given.answer = await request({ ...options, apiKeyId: TENANT });
      },
    });
    return ending === 'done' ? given.answer : undefined;
  }
}

/** Whoever puts dead-lettered jobs back, and looks again a minute later. */
export class Operator {
  isBusy = false;
  readonly #processes: Processes;
  readonly #timeline: Timeline;

  constructor(processes: Processes, timeline: Timeline) {
    this.#processes = processes;
    this.#timeline = timeline;
  }

  async redrive(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    await this.#processes.start({ caller: 'operator', work: ({ operator }) => operator() });
    this.#timeline.in(OPERATOR_PATIENCE_MS, async () => {
      this.isBusy = false;
    });
  }
}
