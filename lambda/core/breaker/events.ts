import { TRIP_RULES, type WindowEvidence } from './trip-rules.ts';

/** An event of a breaker. A change to shared state is reported only by the worker that made it. */
export type CircuitEvent =
  | (StateEvent<'opened'> & {
      readonly untilMs: number;
      readonly opens: number;
      readonly evidence: Evidence;
    })
  | (StateEvent<'half_opened'> & { readonly stage: number; readonly permits: number })
  | (StateEvent<'stage_advanced'> & { readonly stage: number; readonly permits: number })
  | (StateEvent<'closed'> & { readonly successes: number })
  /** An `observe` override kept the circuit from opening. Reported at most once per cooldown. */
  | (StateEvent<'would_open'> & { readonly untilMs: number; readonly evidence: Evidence })
  /** A record could not be read. Its circuit counts as open for one cooldown. */
  | { readonly type: 'unreadable'; readonly key: string; readonly atMs: number }
  /**
   * This worker's clock is so far off that the worker must not change shared state. Reported at
   * most once per cooldown.
   */
  | { readonly type: 'skewed'; readonly offsetMs: number; readonly atMs: number }
  /** The store does not answer, so this worker decides alone. Reported once per cooldown. */
  | { readonly type: 'degraded'; readonly error: string; readonly atMs: number }
  | { readonly type: 'restored'; readonly atMs: number };

/** A change of a circuit. `key`, `epoch` and, for `stage_advanced`, `stage` identify the change. */
interface StateEvent<Type extends string> {
  readonly type: Type;
  readonly key: string;
  readonly epoch: number;
  readonly atMs: number;
}

/** The rule that opened a circuit, and the numbers behind it. */
export interface Evidence extends Omit<WindowEvidence, 'rule'> {
  readonly rule: EvidenceRule;
  /** The recovery stage that failed. */
  readonly stage?: number;
}

export const EVIDENCE_RULES = [
  ...TRIP_RULES,
  /** A call of a recovery stage failed. */
  'probe',
  /** A permit of a recovery stage expired twice: calls to the target hang. */
  'expired-permit',
  /** An operator's force-open ended. */
  'override-ended',
  /** Something other than the circuit had stopped the target's calls. They return in stages. */
  'restart',
  /** The record could not be read. */
  'unreadable',
  /** The store became unavailable during a recovery. */
  'store-lost',
] as const;
export type EvidenceRule = (typeof EVIDENCE_RULES)[number];
