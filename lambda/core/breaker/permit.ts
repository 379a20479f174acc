import type { BreakerPolicy } from '../../contract/policy.ts';
import type { TargetFailureKind } from '../../contract/words.ts';

/** Permission to make one call now. Only the first `settle` counts. */
export interface Permit {
  readonly key: string;
  /** The recovery stage that the call belongs to, counted from 0. Absent outside a recovery. */
  readonly stage?: number;
  /**
   * Reports that a content token of the answer arrived. Outside a recovery, the first token counts
   * as a success. In a recovery, the permit succeeds `stallSeconds` after the first token, or at
   * the end of the call. `elapsedMs` is the call's own duration so far. Calls without a stream
   * report no token. If this returns a promise, the promise resolves once the consequences are
   * written; the caller need not wait for it.
   * @default `elapsedMs` counts since admission
   */
  token(elapsedMs?: number): void | Promise<void>;
  /**
   * Reports the call's outcome. A failure after a token takes the success back; any other outcome
   * after a token changes nothing. If this returns a promise, the promise resolves once the
   * consequences are written.
   */
  settle(outcome: Outcome): void | Promise<void>;
}

/** The result of an admitted call, reduced to its meaning for the target. */
export type Outcome = (Timed & { readonly kind: 'success' }) | Failure | Ignored;

export interface Failure extends Timed {
  readonly kind: 'failure';
  readonly failure: TargetFailureKind;
  /** The wait that the target asked for, as in Retry-After. It may lengthen the cooldown. */
  readonly retryAfterMs?: number;
}

/** The caller caused the error or aborted, or the worker aborted before the call had its full time. */
interface Ignored {
  readonly kind: 'ignored';
}

interface Timed {
  /** The call's own duration, for a caller that does other work first. @default since admission */
  readonly elapsedMs?: number;
}

/** Returns a permit for a call that is not counted. */
export function uncountedPermit(key: string): Permit {
  return { key, token: () => undefined, settle: () => undefined };
}

/**
 * Returns true if the first token took too long. For a call that reports no token, `elapsedMs` is
 * its whole duration.
 */
export function isSlow(elapsedMs: number, { slowFirstTokenSeconds }: BreakerPolicy): boolean {
  return slowFirstTokenSeconds !== undefined && elapsedMs >= slowFirstTokenSeconds * 1000;
}

/** The outcome of a call of a recovery stage, as the stage counts it. */
export type ProbeResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'ignored' }
  | (FailedProbe & { readonly kind: 'failure' });

export interface FailedProbe {
  /** Absent if the call was slow but did not fail. */
  readonly failure?: TargetFailureKind;
  readonly slow: boolean;
  readonly retryAfterMs: number;
}

/** Returns the result for a recovery stage. One failed or slow call reopens the circuit. */
export function probeResultOf(
  outcome: Outcome,
  slow: boolean,
  { ignoredKinds }: BreakerPolicy,
): ProbeResult {
  if (outcome.kind === 'ignored') return outcome;
  if (outcome.kind === 'failure' && !ignoredKinds.includes(outcome.failure)) {
    const { failure, retryAfterMs = 0 } = outcome;
    return { kind: 'failure', failure, slow, retryAfterMs };
  }
  if (slow) return { kind: 'failure', slow, retryAfterMs: 0 };
  return { kind: outcome.kind === 'success' ? 'success' : 'ignored' };
}
