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
   * the end of the call. `elapsedMs` is the call's own duration so far.
   * @default `elapsedMs` counts since admission
   */
  token(elapsedMs?: number): void | Promise<void>;
  /**
   * Reports the call's outcome. A failure after a token takes the success back. If this returns a promise, the promise resolves once the
   * consequences are written.
   */
  settle(outcome: Outcome): void | Promise<void>;
}

/** The result of an admitted call, reduced to its meaning for the target. */
export type Outcome =
  | (Timed & { readonly kind: 'success' })
  | (Timed & {
      readonly kind: 'failure';
      readonly failure: TargetFailureKind;
      /** The wait that the target asked for, as in Retry-After. It may lengthen the cooldown. */
      readonly retryAfterMs?: number;
    })
  /** The caller caused the error or aborted, or the worker aborted before the full timeout. */
  | { readonly kind: 'ignored' };

interface Timed {
  /** The call's own duration, for a caller that does other work first. @default since admission */
  readonly elapsedMs?: number;
}

type Report = (outcome: Outcome) => void | Promise<void>;

/** A permit that reports its first outcome and ignores every later one. */
export class CallPermit implements Permit {
  readonly key: string;
  readonly stage: number | undefined;
  #report: Report | undefined;

  constructor(key: string, report?: Report, stage?: number) {
    this.key = key;
    this.stage = stage;
    this.#report = report;
  }

  token(): void {}

  settle(outcome: Outcome): void | Promise<void> {
    const report = this.#report;
    this.#report = undefined;
    return report?.(outcome);
  }
}

export function isSlow(
  outcome: Outcome,
  sinceAdmissionMs: number,
  { slowFirstTokenSeconds: slowCallSeconds }: BreakerPolicy,
): boolean {
  if (slowCallSeconds === undefined || outcome.kind === 'ignored') return false;
  return (outcome.elapsedMs ?? sinceAdmissionMs) >= slowCallSeconds * 1000;
}

/** The outcome of a call of a recovery stage, as the stage counts it. */
export type ProbeResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'ignored' }
  | {
      readonly kind: 'failure';
      readonly failure?: TargetFailureKind;
      readonly slow: boolean;
      readonly retryAfterMs: number;
    };

/** Returns the result for a recovery stage. One failed or slow call reopens the circuit. */
export function probeResultOf(
  outcome: Outcome,
  sinceAdmissionMs: number,
  policy: BreakerPolicy,
): ProbeResult {
  const slow = isSlow(outcome, sinceAdmissionMs, policy);
  switch (outcome.kind) {
    case 'ignored':
      return outcome;
    case 'failure': {
      const { failure, retryAfterMs = 0 } = outcome;
      if (!policy.ignoredKinds.includes(failure)) {
        return { kind: 'failure', failure, slow, retryAfterMs };
      }
      return slow ? { kind: 'failure', slow, retryAfterMs } : { kind: 'ignored' };
    }
    case 'success':
      return slow ? { kind: 'failure', slow, retryAfterMs: 0 } : { kind: 'success' };
    default:
      return outcome satisfies never;
  }
}
