import type { BreakerPolicy } from '../../contract/policy.ts';

/** Share of the call timeout that is reserved for storing the result and flushing the circuits. */
const MARGIN_SHARE = 0.1;

/** Returns the time that must be left, in the function and in the job, to start a call. */
export function timeForACallMs({ callTimeoutSeconds }: BreakerPolicy): number {
  return callTimeoutSeconds * 1000 * (1 + MARGIN_SHARE);
}
