import { hasEnded, type SWEEP_ACTIONS } from '../../contract/words.ts';
import { type Standing, UNCLAIMED_GRACE_MS, visibleAt } from './transitions.ts';

/** What the sweeper does about a row that is due. */
export type SweepAction =
  | { readonly action: 'none' | Exclude<(typeof SWEEP_ACTIONS)[number], 'send-again'> }
  /** The message may be lost: a twin of it, same generation, then patience twice as long. */
  | { readonly action: 'send-again'; readonly nextLookAt: number }
  | { readonly action: 'postpone'; readonly until: number };

/**
 * `queueAgeMs` is how long messages wait at this hour. A sweeper that takes a backlog for a loss
 * multiplies the backlog, so a sent job is let be for twice that time, at least 15 minutes.
 */
export function sweepRule(job: Standing, now: number, queueAgeMs: number): SweepAction {
  if (hasEnded(job.status)) return { action: isUntold(job, now) ? 'tell' : 'none' };
  if (job.leaseUntil !== undefined && job.leaseUntil > now) {
    return { action: 'postpone', until: job.leaseUntil };
  }
  if (job.cancelRequested) return { action: 'cancel' };
  if (job.deadlineAt <= now) return { action: 'expire' };
  if (job.status === 'RUNNING') return { action: 'requeue' };
  if (job.sentAt === undefined) return { action: 'send' };

  const visibleSince = visibleAt(job, job.sentAt);
  const patienceMs = Math.max(UNCLAIMED_GRACE_MS, 2 * queueAgeMs);
  const waitedMs = now - visibleSince;
  const capped = (at: number) => Math.min(at, job.deadlineAt);
  return waitedMs < patienceMs
    ? { action: 'postpone', until: capped(visibleSince + patienceMs) }
    : { action: 'send-again', nextLookAt: capped(now + waitedMs) };
}

/** Whoever wrote the end tells it at once; an event that is still pending after this is lost. */
const UNTOLD_GRACE_MS = 60_000;

function isUntold({ eventPending, dueAt = 0 }: Standing, now: number): boolean {
  return eventPending === true && now - dueAt >= UNTOLD_GRACE_MS;
}
