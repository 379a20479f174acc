import { hasEnded, type SWEEP_ACTIONS } from '../../contract/words.ts';
import { type DueJob, FIRST_CHECK_MS } from './job.ts';
import { UNCLAIMED_GRACE_MS, visibleAt } from './transitions.ts';

/** The sweeper's action for a row that is due. */
export type SweepAction =
  | { readonly action: 'none' | Exclude<(typeof SWEEP_ACTIONS)[number], 'publish' | 'send-again'> }
  | { readonly action: 'publish' }
  /** The message may be lost: send it again with the same generation, then wait twice as long. */
  | { readonly action: 'send-again'; readonly nextCheckAt: number }
  | { readonly action: 'postpone'; readonly until: number };

/** The messages that wait in the queue at present. */
export interface QueueBacklog {
  readonly isEmpty: boolean;
  /** The longest time that a message currently waits before a worker receives it. */
  readonly ageMs: number;
}

/**
 * Returns the time after which a message must have become visible to count as waiting in the queue. A
 * sweeper that mistakes a backlog for lost messages would multiply the backlog. So while messages wait,
 * a job is left alone for twice their waiting time. If the queue is empty, its message is lost or was
 * never sent.
 */
export function trustedSince({ isEmpty, ageMs }: QueueBacklog, now: number): number {
  return now - (isEmpty ? FIRST_CHECK_MS : Math.max(UNCLAIMED_GRACE_MS, 2 * ageMs));
}

/**
 * Returns true if the sweeper leaves the job alone because its message waits in the queue. A store
 * applies this rule before it returns rows: such rows stay in the index, and reading one again costs much
 * less than a write that postpones its next check.
 */
export function waitsInQueue(job: DueJob, now: number, trusted: number): boolean {
  return (
    (job.status === 'QUEUED' || job.status === 'DEFERRED') &&
    !job.cancelRequested &&
    job.deadlineAt > now &&
    job.sentAt !== undefined &&
    visibleAt(job, job.sentAt) > trusted
  );
}

/** Decides what the sweeper does with a due row. `trusted` is the result of `trustedSince`. */
export function sweepRule(job: DueJob, now: number, trusted: number): SweepAction {
  if (hasEnded(job.status)) return { action: isUnpublished(job, now) ? 'publish' : 'none' };
  const { leaseUntil = 0 } = job;
  if (leaseUntil > now) return { action: 'postpone', until: leaseUntil };
  if (job.cancelRequested) return { action: 'cancel' };
  if (job.deadlineAt <= now) return { action: 'expire' };
  if (job.status === 'RUNNING') return { action: 'requeue' };
  if (job.sentAt === undefined) return { action: 'send' };
  if (waitsInQueue(job, now, trusted)) return { action: 'none' };
  // The time between two sends doubles, so a long wait costs few messages.
  const nextCheckAt = 2 * now - visibleAt(job, job.sentAt);
  return { action: 'send-again', nextCheckAt: Math.min(nextCheckAt, job.deadlineAt) };
}

/**
 * The time after which an unpublished event counts as lost. The process that ends a job normally
 * publishes the event at once.
 */
const UNPUBLISHED_GRACE_MS = 60_000;

function isUnpublished({ eventPending, dueAt = 0 }: DueJob, now: number): boolean {
  return eventPending === true && now - dueAt >= UNPUBLISHED_GRACE_MS;
}
