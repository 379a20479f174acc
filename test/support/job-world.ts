import type { Settings } from '../../lambda/contract/policy.ts';
import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import type { EventBus } from '../../lambda/core/jobs/event-bus.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { JobEnds } from '../../lambda/core/jobs/job-ends.ts';
import type { JobPointer } from '../../lambda/core/jobs/job-queue.ts';
import type { PromptName, ResultName, ResultStore } from '../../lambda/core/jobs/result-store.ts';
import type { Conversation } from '../../lambda/core/router/model-client.ts';
import type { RunRequest } from '../../lambda/core/router/run-request.ts';
import type { Answer, RunResult } from '../../lambda/core/router/run-result.ts';
import type { LogFields } from '../../lambda/core/telemetry.ts';
import { anAnswer, anAttempt, START } from './job-builders.ts';
import { MemoryJobStore } from './memory-job-store.ts';
import { someSettings } from './settings.ts';

export interface WorldOptions {
  readonly settings?: Settings;
  /** What the router does with a run; one that answers by default. */
  readonly run?: (request: RunRequest, world: World) => RunResult | Promise<RunResult>;
  /** Chance; the least by default. */
  readonly random?: () => number;
}

export type World = ReturnType<typeof aWorld>;

/** All ports of the job's life cycle, in memory: they record what they are told. */
export function aWorld({ settings = someSettings(), run = answers, random }: WorldOptions = {}) {
  const clock = {
    nowMs: START,
    now: () => clock.nowMs,
    sleep: async (ms: number) => {
      clock.nowMs += ms;
    },
  };
  let ids = 0;
  const jobs = new MemoryJobStore();
  const bus = new RecordingBus();
  const telemetry = recordingTelemetry();
  const world = {
    settings,
    clock,
    random: random ?? (() => 0),
    newId: () => (++ids).toString(16).padStart(32, '0'),
    jobs,
    bus,
    ends: new JobEnds({ jobs, bus, settings: () => settings, ...telemetry }),
    queue: new RecordingQueue(),
    results: new MemoryResultStore(),
    router: { run: async (request: RunRequest) => run(request, world) },
    ...telemetry,
    invocation: { settings, endsAtMs: START + 150_000 },
  };
  return world;
}

export function answers(): RunResult {
  return { outcome: 'answered', answer: anAnswer(), attempts: [anAttempt()] };
}

/** The row, which has to be there. */
export function rowOf(world: { readonly jobs: MemoryJobStore }, jobId: string): Job {
  const job = world.jobs.rows.get(jobId);
  if (!job) throw new Error(`no row of job ${jobId}`);
  return job;
}

class RecordingQueue {
  readonly sent: { readonly message: JobPointer; readonly delayMs: number }[] = [];
  readonly dead: { readonly body: string; readonly reason: string }[] = [];
  waiting = 0;
  isDown = false;

  async send({ jobId, generation }: JobPointer, delayMs: number): Promise<void> {
    if (this.isDown) throw new Error('queue down');
    this.sent.push({ message: { jobId, generation }, delayMs });
  }

  async countWaiting(): Promise<number> {
    if (this.isDown) throw new Error('queue down');
    return this.waiting;
  }

  async deadLetter(body: string, reason: string): Promise<void> {
    if (this.isDown) throw new Error('queue down');
    this.dead.push({ body, reason });
  }
}

/** A bus that keeps what it takes. */
export class RecordingBus implements EventBus {
  readonly events: CompletionEvent[] = [];
  readonly requests: number[] = [];
  isDown = false;
  /** Ids of events that it does not take. */
  readonly refused = new Set<string>();

  async publish(events: readonly CompletionEvent[]): Promise<readonly boolean[]> {
    if (this.isDown) throw new Error('bus down');
    this.requests.push(events.length);
    const taken = events.map(({ id }) => !this.refused.has(id));
    this.events.push(...events.filter((_, i) => taken[i]));
    return taken;
  }
}

class MemoryResultStore implements ResultStore {
  readonly prompts = new Map<string, Conversation>();
  readonly answers = new Map<string, Answer>();

  async putPrompt({ jobId, bodyHash }: PromptName, conversation: Conversation): Promise<void> {
    this.prompts.set(`${jobId}/${bodyHash}`, conversation);
  }

  async getPrompt({ jobId, bodyHash }: PromptName): Promise<Conversation | undefined> {
    return this.prompts.get(`${jobId}/${bodyHash}`);
  }

  async putAnswer({ jobId, claimToken }: ResultName, answer: Answer): Promise<number> {
    this.answers.set(`${jobId}/${claimToken}`, answer);
    return JSON.stringify(answer).length;
  }

  async getAnswer({ jobId, claimToken }: ResultName): Promise<Answer | undefined> {
    return this.answers.get(`${jobId}/${claimToken}`);
  }

  async answerUrl({ jobId, claimToken }: ResultName): Promise<string> {
    return `https://results/${jobId}/${claimToken}`;
  }
}

function recordingTelemetry() {
  const counts: Record<string, number> = {};
  const logged: { readonly message: string; readonly fields: LogFields }[] = [];
  const write = (message: string, fields: LogFields = {}) => {
    logged.push({ message, fields });
  };
  const add = (name: string, value = 1, dimensions: Readonly<Record<string, string>> = {}) => {
    const key = [name, ...Object.values(dimensions)].join(' ');
    counts[key] = (counts[key] ?? 0) + value;
  };
  return {
    counts,
    logged,
    log: { debug: write, info: write, warn: write, error: write },
    metrics: { count: add, time: add, gauge: add },
  };
}
