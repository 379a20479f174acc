import { SWEEP_SHARDS } from '../contract/keys.ts';
import { DIMENSION, METRIC } from '../contract/metrics.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import { dispatch } from '../core/jobs/dispatch.ts';
import { cancel, expire } from '../core/jobs/end-transitions.ts';
import type { DueJob } from '../core/jobs/job.ts';
import type { JobEnds } from '../core/jobs/job-ends.ts';
import type { JobQueue } from '../core/jobs/job-queue.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import { type QueueBacklog, type SweepAction, sweepRule } from '../core/jobs/sweep-rule.ts';
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
 * Works off the rows that are due, shard by shard and page by page, until none is left or `untilMs`
 * has come; what is left is still due a minute later. One broken row does not stop the others.
 */
export async function sweep(dependencies: SweepDependencies, untilMs: number): Promise<void> {
  const { jobs, clock, metrics } = dependencies;
  const outlook = { queueBacklog: once(() => readQueue(dependencies)), isBusUp: true };
  let moved = 0;
  for (const shard of shardsFrom(clock.now())) {
    for await (const page of jobs.due(shard, clock.now())) {
      const done = await Promise.all(page.map((job) => sweepJob(dependencies, job, outlook)));
      moved += done.filter(Boolean).length;
      if (clock.now() >= untilMs) break;
    }
    if (clock.now() >= untilMs) break;
  }
  metrics.count(METRIC.sweptJobs, moved);
}

/** What a sweep has learned so far; its rows add to it. */
interface Outlook {
  /** Found out by the first row that asks. */
  readonly queueBacklog: () => Promise<QueueBacklog>;
  /** Rows whose events a dead bus does not take would cost the time of those that can be moved. */
  isBusUp: boolean;
}

/** Starts at another shard each minute, so that a sweep that runs out of time starves none. */
function shardsFrom(now: number): readonly number[] {
  const first = Math.floor(now / 60_000);
  return Array.from({ length: SWEEP_SHARDS }, (_, i) => (first + i) % SWEEP_SHARDS);
}

/** Whether the job was moved. */
async function sweepJob(
  dependencies: SweepDependencies,
  job: DueJob,
  outlook: Outlook,
): Promise<boolean> {
  try {
    return await move(dependencies, job, outlook);
  } catch (error) {
    dependencies.log.error('row not swept', { jobId: job.jobId, error: errorName(error) });
    return false;
  }
}

async function move(
  dependencies: SweepDependencies,
  job: DueJob,
  outlook: Outlook,
): Promise<boolean> {
  const { clock } = dependencies;
  const isWaiting = job.status !== 'RUNNING' && job.sentAt !== undefined;
  const queue = isWaiting ? await outlook.queueBacklog() : UNASKED;
  const now = clock.now();
  const rule = sweepRule(job, now, queue);
  const isMoved = await carryOut(dependencies, job, rule, { now, outlook });
  if (isMoved) dependencies.metrics.count(METRIC.sweptJobs, 1, { [DIMENSION.action]: rule.action });
  return isMoved;
}

async function carryOut(
  dependencies: SweepDependencies,
  job: DueJob,
  rule: SweepAction,
  { now, outlook }: { readonly now: number; readonly outlook: Outlook },
): Promise<boolean> {
  const { jobs, ends, queue } = dependencies;
  const { jobId, generation } = job;
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
      await queue.send({ jobId, generation }, visibleAt(job, now) - now);
      await jobs.update(jobId, sent(job, now));
      return true;
    case 'send-again':
      await queue.send({ jobId, generation }, 0);
      await jobs.update(jobId, postpone(job, rule.nextLookAt));
      return true;
    case 'publish':
      return publishEnd(dependencies, jobId, outlook);
    default:
      return rule satisfies never;
  }
}

/** Whether the end is told now. */
async function publishEnd(
  { jobs, ends }: SweepDependencies,
  jobId: string,
  outlook: Outlook,
): Promise<boolean> {
  const ended = outlook.isBusUp ? await jobs.get(jobId) : undefined;
  if (!ended) return false;
  const isOut = await ends.publish(ended);
  if (!isOut) outlook.isBusUp = false;
  return isOut;
}

/** For rows about which the queue says nothing. */
const UNASKED: QueueBacklog = { isEmpty: false, ageMs: 0 };

async function readQueue(dependencies: SweepDependencies): Promise<QueueBacklog> {
  const waiting = await dependencies.queue.countWaiting();
  return waiting === 0
    ? { isEmpty: true, ageMs: 0 }
    : { isEmpty: false, ageMs: await longestWaitMs(dependencies) };
}

/**
 * How long messages wait at present, seen from the jobs that run: the time from a send to now. SQS
 * tells it only to CloudWatch, minutes late.
 */
async function longestWaitMs({ jobs, clock }: SweepDependencies): Promise<number> {
  const now = clock.now();
  const shards = Array.from({ length: SWEEP_SHARDS }, (_, shard) => shard);
  const samples = await Promise.all(shards.map((shard) => jobs.running(shard, now, SAMPLE_SIZE)));
  const waits = samples.flat().map((job) => now - visibleAt(job, job.sentAt ?? now));
  return Math.max(0, ...waits);
}

const SAMPLE_SIZE = 10;

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
