import { SANDBOX_INPUT_BYTES } from '../../lambda/contract/input-limits.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import type { EventBus } from '../../lambda/core/jobs/event-publisher.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { JobEnds } from '../../lambda/core/jobs/job-ends.ts';
import type { JobPointer } from '../../lambda/core/jobs/job-queue.ts';
import { KnownTenants } from '../../lambda/core/jobs/known-tenants.ts';
import { MemoryBudget } from '../../lambda/core/jobs/memory-budget.ts';
import type { RunRequest } from '../../lambda/core/router/run-request.ts';
import type { RunResult } from '../../lambda/core/router/run-result.ts';
import { anAnswer, anAttempt, START } from './job-builders.ts';
import { MemoryJobStore } from './memory-job-store.ts';
import { MemoryResultStore, MemoryUploadStore } from './memory-result-store.ts';
import { memoryTenantRegistry } from './memory-tenant-registry.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { someSettings } from './settings.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface WorldOptions {
  readonly settings?: Settings;
  /** A function that replaces the router. @default answers every job */
  readonly run?: (request: RunRequest, world: World) => RunResult | Promise<RunResult>;
  /** @default always 0 */
  readonly random?: () => number;
}

export type World = ReturnType<typeof aWorld>;

/** Returns all ports of a job's life cycle, in memory. They record their calls. */
export function aWorld({ settings = someSettings(), run = answers, random }: WorldOptions = {}) {
  const clock = new VirtualClock(START);
  let ids = 0;
  const jobs = new MemoryJobStore();
  const results = new MemoryResultStore();
  const bus = new RecordingBus();
  const telemetry = recordingTelemetry();
  const registry = memoryTenantRegistry();
  const world = {
    settings,
    clock,
    random: random ?? (() => 0),
    newId: () => (++ids).toString(16).padStart(32, '0'),
    jobs,
    bus,
    ends: new JobEnds({ jobs, bus, settings: () => settings, ...telemetry }),
    queue: new RecordingQueue(),
    results,
    uploads: new MemoryUploadStore(results),
    /** The registry of tenants, and the part of the request function that writes it. */
    registry,
    knownQuotas: { current: () => undefined },
    tenants: new KnownTenants(registry, telemetry.log),
    memory: new MemoryBudget(SANDBOX_INPUT_BYTES),
    router: { run: async (request: RunRequest) => run(request, world) },
    ...telemetry,
    invocation: { settings, endsAtMs: START + 870_000 },
  };
  return world;
}

export function answers(): RunResult {
  return { outcome: 'answered', answer: anAnswer(), attempts: [anAttempt()] };
}

/** Returns the row of a job; throws if there is none. */
export function rowOf(world: { readonly jobs: MemoryJobStore }, jobId: string): Job {
  const job = world.jobs.rows.get(jobId);
  if (!job) throw new Error(`no row of job ${jobId}`);
  return job;
}

class RecordingQueue {
  readonly sent: { readonly message: JobPointer; readonly delayMs: number }[] = [];
  readonly dead: { readonly body: string; readonly reason: string; readonly tenant?: string }[] =
    [];
  waiting = 0;
  isDown = false;

  async send({ jobId, generation, tenant }: JobPointer, delayMs: number): Promise<void> {
    if (this.isDown) throw new Error('queue down');
    this.sent.push({ message: { jobId, generation, tenant }, delayMs });
  }

  async countWaiting(): Promise<number> {
    if (this.isDown) throw new Error('queue down');
    return this.waiting;
  }

  async deadLetter(body: string, reason: string, tenant?: string): Promise<void> {
    if (this.isDown) throw new Error('queue down');
    this.dead.push({ body, reason, tenant });
  }
}

/** An event bus in memory that records the events that it accepts. */
class RecordingBus implements EventBus {
  readonly events: CompletionEvent[] = [];
  readonly requests: number[] = [];
  isDown = false;
  /** The ids of the events that the bus refuses. */
  readonly refused = new Set<string>();

  async publish(events: readonly CompletionEvent[]): Promise<readonly boolean[]> {
    if (this.isDown) throw new Error('bus down');
    this.requests.push(events.length);
    const accepted = events.map(({ id }) => !this.refused.has(id));
    this.events.push(...events.filter((_, i) => accepted[i]));
    return accepted;
  }
}
