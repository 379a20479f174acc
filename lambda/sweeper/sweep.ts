import { SWEEP_SHARDS } from '../contract/keys.ts';
import { DIMENSION, METRIC } from '../contract/metrics.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import { cancel, expire } from '../core/jobs/end-transitions.ts';
import type { DueJob } from '../core/jobs/job.ts';
import type { JobEnds } from '../core/jobs/job-ends.ts';
import { dispatch, type JobQueue } from '../core/jobs/job-queue.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import {
  type QueueBacklog,
  type SweepAction,
  sweepRule,
  trustedSince,
} from '../core/jobs/sweep-rule.ts';
import { postpone, requeue, sent, visibleAt } from '../core/jobs/transitions.ts';
import type { Log, Metrics } from '../core/telemetry.ts';

export interface SweepDependencies {
  readonly jobs: JobStore;
  readonly ends: Pick<JobEnds, 'write' | 'publish'>;
  readonly queue: Pick<JobQueue, 'send' | 'countWaiting'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Processes the due rows, shard by shard and page by page, until none is left or `untilMs` is
 * reached. The next sweep, a minute later, continues with the rest. A row that fails does not stop
 * the others.
 */
export async function sweep(dependencies: SweepDependencies, untilMs: number): Promise<void> {
  const { jobs, clock, metrics } = dependencies;
  const state = { trusted: await readTrust(dependencies), isBusUp: true };
  let moved = 0;
  for (const shard of shardsFrom(clock.now())) {
    for await (const page of jobs.due(shard, clock.now(), state.trusted)) {
      const done = await Promise.all(page.map((job) => sweepJob(dependencies, job, state)));
      moved += done.filter(Boolean).length;
      if (clock.now() >= untilMs) break;
    }
    if (clock.now() >= untilMs) break;
  }
  metrics.count(METRIC.sweptJobs, moved);
}

/** The facts that a sweep has learned so far about the queue and the bus. */
interface SweepState {
  /** Messages that became visible after this time count as waiting in the queue. */
  readonly trusted: number;
  /** False after a failed publish: the sweep then skips the remaining events to save time. */
  isBusUp: boolean;
}

/** Starts at a different shard each minute, so that no shard starves if sweeps run out of time. */
function shardsFrom(now: number): readonly number[] {
  const first = Math.floor(now / 60_000);
  return Array.from({ length: SWEEP_SHARDS }, (_, i) => (first + i) % SWEEP_SHARDS);
}

/**
 * Sweeps one row. Returns true if the sweeper changed the job or sent its message; postponing the
 * next check does not count.
 */
async function sweepJob(
  dependencies: SweepDependencies,
  job: DueJob,
  state: SweepState,
): Promise<boolean> {
  const { clock, log, metrics } = dependencies;
  const { jobId } = job;
  try {
    const now = clock.now();
    const rule = sweepRule(job, now, state.trusted);
    const isMoved =
      rule.action === 'publish'
        ? await publishEnd(dependencies, jobId, state)
        : await carryOut(dependencies, job, rule, now);
    if (isMoved) metrics.count(METRIC.sweptJobs, 1, { [DIMENSION.action]: rule.action });
    return isMoved;
  } catch (error) {
    log.error('sweeping a row failed', { jobId, error: errorName(error) });
    return false;
  }
}

async function carryOut(
  dependencies: SweepDependencies,
  job: DueJob,
  rule: Exclude<SweepAction, { readonly action: 'publish' }>,
  now: number,
): Promise<boolean> {
  const { jobs, ends, queue } = dependencies;
  const { jobId, generation, tenant } = job;
  switch (rule.action) {
    case 'none':
      return false;
    case 'postpone':
      await jobs.update(jobId, postpone(job, rule.until));
      return false;
    case 'cancel':
      return (await ends.write(jobId, cancel(job, now))).applied;
    case 'expire':
      return (await ends.write(jobId, expire(job, now))).applied;
    case 'requeue': {
      const requeued = await jobs.update(jobId, requeue(job, now));
      if (requeued.applied) await dispatch(dependencies, requeued.job, now);
      return requeued.applied;
    }
    case 'send':
      await queue.send({ jobId, generation, tenant }, visibleAt(job, now) - now);
      await jobs.update(jobId, sent(job, now));
      return true;
    case 'send-again':
      await queue.send({ jobId, generation, tenant }, 0);
      await jobs.update(jobId, postpone(job, rule.nextCheckAt));
      return true;
    default:
      return rule satisfies never;
  }
}

/**
 * Publishes the job's completion event, unless a publish has already failed in this sweep. Returns
 * true if the event is published.
 */
async function publishEnd(
  { jobs, ends }: SweepDependencies,
  jobId: string,
  state: SweepState,
): Promise<boolean> {
  const ended = state.isBusUp ? await jobs.get(jobId) : undefined;
  if (!ended) return false;
  const isPublished = await ends.publish(ended);
  if (!isPublished) state.isBusUp = false;
  return isPublished;
}

/**
 * Decides from which time on messages count as waiting. If SQS does not answer, all of them do: a sweep
 * must not send a whole backlog again, and other rows do not need the queue.
 */
async function readTrust(dependencies: SweepDependencies): Promise<number> {
  const { clock, log } = dependencies;
  try {
    return trustedSince(await readQueue(dependencies), clock.now());
  } catch (error) {
    log.error('reading the queue failed', { error: errorName(error) });
    return 0;
  }
}

async function readQueue(dependencies: SweepDependencies): Promise<QueueBacklog> {
  const waiting = await dependencies.queue.countWaiting();
  return waiting === 0
    ? { isEmpty: true, ageMs: 0 }
    : { isEmpty: false, ageMs: await longestWaitMs(dependencies) };
}

/**
 * Estimates how long messages wait at present: the longest time since the message of a running job
 * became visible. The sweeper needs an estimate because SQS reports the age of messages only to
 * CloudWatch, minutes late.
 */
async function longestWaitMs({ jobs, clock }: SweepDependencies): Promise<number> {
  const now = clock.now();
  const shards = Array.from({ length: SWEEP_SHARDS }, (_, shard) => shard);
  const samples = await Promise.all(shards.map((shard) => jobs.running(shard, now, SAMPLE_SIZE)));
  const waits = samples.flat().map((job) => now - visibleAt(job, job.sentAt ?? now));
  return Math.max(0, ...waits);
}

const SAMPLE_SIZE = 10;
