import type { BreakerPolicy } from '../../contract/policy.ts';

/** Share of the call timeout that is kept back to store the result and flush the circuits. */
const MARGIN_SHARE = 0.1;

/** What has to be left before a function's end, or a job's, for a call to be started. */
export function timeForACallMs({ callTimeoutSeconds }: BreakerPolicy): number {
  return callTimeoutSeconds * 1000 * (1 + MARGIN_SHARE);
}
