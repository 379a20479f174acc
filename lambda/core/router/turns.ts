import { type BreakerPolicy, PATIENCE_SECONDS } from '../../contract/policy.ts';
import { quotaKey } from '../../contract/quotas.ts';
import { longestBookingMs } from '../../contract/time-budget.ts';
import type { Booking } from '../admission/booking.ts';
import type { Candidate } from './candidates.ts';
import type { RunRequest } from './run-request.ts';

/** A target whose quota is used up, and the time until a call may be made. */
export interface FullTarget {
  readonly candidate: Candidate;
  readonly waitMs: number;
}

/**
 * Returns the candidates in groups, in the order in which a run tries them: first the targets for which
 * the job has booked quota, then tier by tier. Within a group no target is better than another.
 */
export function turnsOf(
  candidates: readonly Candidate[],
  booking: Booking | undefined,
): readonly (readonly Candidate[])[] {
  const isBooked = ({ target }: Candidate) => booking?.key === quotaKey(target);
  const tiers = Map.groupBy(
    candidates.filter((each) => !isBooked(each)),
    ({ tier }) => tier.name,
  );
  return [candidates.filter(isBooked), ...tiers.values()].filter((turn) => turn.length > 0);
}

/**
 * Returns how long a job waits for the quota of a target before it goes to the next turn, in
 * milliseconds. After the last turn, there is nothing better to do than to wait.
 *
 * @param timeToWaitMs the longest wait after which a call still fits before the deadline
 */
export function patienceOf(
  { tier }: Candidate,
  isLast: boolean,
  { whenOpen }: Pick<RunRequest, 'whenOpen'>,
  timeToWaitMs: number,
  breaker: Pick<BreakerPolicy, 'windowSeconds'>,
): number {
  if (whenOpen === 'fail') return 0;
  const { patienceSeconds = PATIENCE_SECONDS } = tier;
  const patienceMs = isLast ? longestBookingMs(breaker) : patienceSeconds * 1000;
  return Math.max(0, Math.min(patienceMs, timeToWaitMs));
}
