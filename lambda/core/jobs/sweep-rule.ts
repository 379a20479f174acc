import { hasEnded, type SWEEP_ACTIONS } from '../../contract/words.ts';
import { type DueJob, FIRST_LOOK_MS } from './job.ts';
import { UNCLAIMED_GRACE_MS, visibleAt } from './transitions.ts';

/** What the sweeper does about a row that is due. */
export type SweepAction =
  | { readonly action: 'none' | Exclude<(typeof SWEEP_ACTIONS)[number], 'send-again'> }
  /** The message may be lost: a twin of it, same generation, then patience twice as long. */
  | { readonly action: 'send-again'; readonly nextLookAt: number }
  | { readonly action: 'postpone'; readonly until: number };

/** What is known of the queue at this hour. */
export interface QueueBacklog {
  readonly isEmpty: boolean;
  /** How long messages wait. */
  readonly ageMs: number;
}

/**
 * A sweeper that takes a backlog for a loss multiplies the backlog, so while any message waits a sent
 * job is let be for twice the time that messages wait. With none in the queue its own is lost, or
 * was never sent.
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
  const patienceMs = queue.isEmpty ? FIRST_LOOK_MS : Math.max(UNCLAIMED_GRACE_MS, 2 * queue.ageMs);
  const waitedMs = now - visibleSince;
  const capped = (at: number) => Math.min(at, job.deadlineAt);
  // Each look comes twice as late as the one before, so a long wait costs the row few of them.
  const nextLookAt = visibleAt(job, now) + Math.max(waitedMs, FIRST_LOOK_MS);
  return waitedMs < patienceMs
    ? { action: 'postpone', until: capped(Math.min(visibleSince + patienceMs, nextLookAt)) }
    : { action: 'send-again', nextLookAt: capped(nextLookAt) };
}

/** Whoever wrote the end tells it at once; an event that is still pending after this is lost. */
const UNPUBLISHED_GRACE_MS = 60_000;

function isUnpublished({ eventPending, dueAt = 0 }: DueJob, now: number): boolean {
  return eventPending === true && now - dueAt >= UNPUBLISHED_GRACE_MS;
}
