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
 * Decides what the sweeper does with a due row. A sweeper that mistakes a backlog for lost messages
 * would multiply the backlog. So while messages wait in the queue, the sweeper leaves a sent job
 * alone for twice their waiting time. If the queue is empty, the job's message is lost or was never
 * sent.
 */
export function sweepRule(job: DueJob, now: number, queue: QueueBacklog): SweepAction {
  if (hasEnded(job.status)) return { action: isUnpublished(job, now) ? 'publish' : 'none' };
  if (job.leaseUntil !== undefined && job.leaseUntil > now) {
    return { action: 'postpone', until: job.leaseUntil };
  }
  if (job.cancelRequested) return { action: 'cancel' };
  if (job.deadlineAt <= now) return { action: 'expire' };
  if (job.status === 'RUNNING') return { action: 'requeue' };
  if (job.sentAt === undefined) return { action: 'send' };

  const visibleSince = visibleAt(job, job.sentAt);
  const graceMs = queue.isEmpty ? FIRST_CHECK_MS : Math.max(UNCLAIMED_GRACE_MS, 2 * queue.ageMs);
  const waitedMs = now - visibleSince;
  const capped = (at: number) => Math.min(at, job.deadlineAt);
  // The time between two checks doubles, so a long wait costs few checks.
  const nextCheckAt = visibleAt(job, now) + Math.max(waitedMs, FIRST_CHECK_MS);
  return waitedMs < graceMs
    ? { action: 'postpone', until: capped(Math.min(visibleSince + graceMs, nextCheckAt)) }
    : { action: 'send-again', nextCheckAt: capped(nextCheckAt) };
}

/**
 * The time after which an unpublished event counts as lost. The process that ends a job normally
 * publishes the event at once.
 */
const UNPUBLISHED_GRACE_MS = 60_000;

function isUnpublished({ eventPending, dueAt = 0 }: DueJob, now: number): boolean {
  return eventPending === true && now - dueAt >= UNPUBLISHED_GRACE_MS;
}
