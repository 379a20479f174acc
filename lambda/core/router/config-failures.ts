import type { BreakerPolicy } from '../../contract/policy.ts';

/** The configuration errors of one target since its last success. */
export interface ConfigFailures {
  readonly failures: number;
  /** The first two jobs that failed. If there is only one, its request may be the cause. */
  readonly jobs: readonly string[];
  /** The name of the last error. */
  readonly reason: string;
  readonly sinceMs: number;
  /** Present while the target is disabled. A check is one call, made for one job. */
  readonly disabled?: {
    readonly sinceMs: number;
    readonly checkAtMs: number;
    readonly checks: number;
  };
}

const FAILURES_TO_DISABLE = 3;
const JOBS_TO_DISABLE = 2;
/** The longest interval between two checks, in cooldowns: an hour by default. */
const LONGEST_CHECK_COOLDOWNS = 60;

/** One call that ended in a configuration error. */
export interface ConfigFailure {
  readonly jobId: string;
  /** The error's name. */
  readonly reason: string;
  /** The time at which the target last answered any job within its circuit's window. */
  readonly servedAtMs?: number;
}

/**
 * Adds a failure, and disables the target once there are enough of them. If the target has answered
 * since the first failure, only a share of its calls fails: the count starts again, and the circuit
 * decides.
 */
export function withFailure(
  earlier: ConfigFailures | undefined,
  { jobId, reason, servedAtMs = 0 }: ConfigFailure,
  nowMs: number,
  policy: BreakerPolicy,
): ConfigFailures {
  const before = earlier && servedAtMs > earlier.sinceMs ? undefined : earlier;
  const failures = (before?.failures ?? 0) + 1;
  const jobs = [...new Set([...(before?.jobs ?? []), jobId])].slice(0, JOBS_TO_DISABLE);
  const isDisabled = failures >= FAILURES_TO_DISABLE && jobs.length >= JOBS_TO_DISABLE;
  return {
    failures,
    jobs,
    reason,
    sinceMs: before?.sinceMs ?? nowMs,
    ...(isDisabled && {
      disabled: { sinceMs: nowMs, checkAtMs: nowMs + checkIntervalMs(policy, 0), checks: 0 },
    }),
  };
}

/** Claims the check that is due and schedules the next one; `undefined` if none is due. */
export function withCheckClaimed(
  entry: ConfigFailures | undefined,
  nowMs: number,
  policy: BreakerPolicy,
): ConfigFailures | undefined {
  const disabled = entry?.disabled;
  if (!disabled || nowMs < disabled.checkAtMs) return undefined;
  const checks = disabled.checks + 1;
  const checkAtMs = nowMs + checkIntervalMs(policy, checks);
  return { ...entry, disabled: { ...disabled, checks, checkAtMs } };
}

/** Returns the time until the next check, which doubles with each check up to a limit. */
function checkIntervalMs({ cooldownSeconds }: BreakerPolicy, checks: number): number {
  return cooldownSeconds * 1000 * Math.min(2 ** checks, LONGEST_CHECK_COOLDOWNS);
}
