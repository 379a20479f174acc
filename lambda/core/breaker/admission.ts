import type { CircuitState, OverrideMode, TargetFailureKind } from '../../contract/words.ts';

/** What became of an admitted call. */
export type Outcome =
  | { readonly kind: 'success'; readonly elapsedMs: number }
  | {
      readonly kind: 'failure';
      readonly failure: TargetFailureKind;
      readonly elapsedMs: number;
      /** The target's own hint (Retry-After, a queue estimate); lengthens the cooldown. */
      readonly retryAfterMs?: number;
    }
  /** The caller's fault, the caller's cancel, an abort before the full call timeout. */
  | { readonly kind: 'ignored' };

/** Leave to make one call. Settle it once; a second settle changes nothing. */
export interface Permit {
  readonly key: string;
  /** The stage of the recovery that the call is part of, from 0; absent for any other call. */
  readonly stage?: number;
  settle(outcome: Outcome): void | Promise<void>;
}

export type RejectReason =
  /** The cooldown runs. */
  | 'open'
  /** The stage's permits are taken. */
  | 'half-open'
  | 'forced-open'
  /** The shared state is unreadable and forbids a guess. */
  | 'unknown';

/** A rejection is a value, not an exception: the router steps over it. */
export type Admission =
  | { readonly admitted: true; readonly permit: Permit }
  | {
      readonly admitted: false;
      readonly key: string;
      readonly reason: RejectReason;
      readonly retryAfterMs: number;
    };

/** One circuit as health and the router see it. Times in milliseconds since the epoch. */
export interface CircuitSummary {
  readonly key: string;
  readonly state: CircuitState;
  readonly stage?: number;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Why it opened: the failure kind that weighed most, and the numbers of the rule that tripped. */
  readonly failure?: TargetFailureKind;
  readonly failureRatePercent?: number;
  readonly override?: OverrideMode;
  readonly overrideSinceMs?: number;
  readonly overrideUntilMs?: number;
}

/** The breaker as the router uses it. Answers without a promise where no I/O was needed. */
export interface CircuitGate {
  /** `subject` is the job: it counts at most one failure per circuit and window. */
  admit(key: string, subject?: string): Admission | Promise<Admission>;
  summaries(keys: readonly string[]): Promise<readonly CircuitSummary[]>;
  /**
   * Gives a circuit traffic from the first recovery stage on, unless it has changed since `atMs`: for
   * a target that was out for a reason that its circuit does not know.
   */
  restart?(key: string, atMs: number): Promise<void>;
  /** Writes what is pending; call it before the invocation ends. */
  flush(): Promise<void>;
}
