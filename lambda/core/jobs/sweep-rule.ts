import { hasEnded, type SWEEP_ACTIONS } from '../../contract/words.ts';
import { type DueJob, FIRST_LOOK_MS } from './job.ts';
import { UNCLAIMED_GRACE_MS, visibleAt } from './transitions.ts';

/** The sweeper's action for a row that is due. */
export type SweepAction =
  | { readonly action: 'none' | Exclude<(typeof SWEEP_ACTIONS)[number], 'publish' | 'send-again'> }
  | { readonly action: 'publish' }
  /** The message may be lost: send it again with the same generation, then wait twice as long. */
  | { readonly action: 'send-again'; readonly nextLookAt: number }
  | { readonly action: 'postpone'; readonly until: number };

/** The messages that wait in the queue at present. */
export interface QueueBacklog {
  readonly isEmpty: boolean;
  /** The time that messages wait before a worker receives them. */
  readonly ageMs: number;
}

/**
 * Decides what the sweeper does about a due row. A sweeper that mistakes a backlog for lost messages
 * would multiply the backlog. So while messages wait, a job that was sent is left alone for twice the
 * time that messages wait. If the queue is empty, the job's message is lost or was never sent.
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
  // The time between two checks doubles, so a long wait costs few checks.
  const nextLookAt = visibleAt(job, now) + Math.max(waitedMs, FIRST_LOOK_MS);
  return waitedMs < patienceMs
    ? { action: 'postpone', until: capped(Math.min(visibleSince + patienceMs, nextLookAt)) }
    : { action: 'send-again', nextLookAt: capped(nextLookAt) };
}

/** The writer of an end publishes its event at once. An event that is pending for longer is lost. */
const UNPUBLISHED_GRACE_MS = 60_000;

function isUnpublished({ eventPending, dueAt = 0 }: DueJob, now: number): boolean {
  return eventPending === true && now - dueAt >= UNPUBLISHED_GRACE_MS;
}
