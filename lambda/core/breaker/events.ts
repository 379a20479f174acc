import { TRIP_RULES, type WindowEvidence } from './trip-rules.ts';

/** A report of a breaker. The worker that changes shared state reports the change, once. */
export type CircuitEvent =
  | (StateEvent<'opened'> & {
      readonly untilMs: number;
      readonly opens: number;
      readonly evidence: Evidence;
    })
  | (StateEvent<'half_opened'> & { readonly stage: number; readonly permits: number })
  | (StateEvent<'stage_advanced'> & { readonly stage: number; readonly permits: number })
  | (StateEvent<'closed'> & { readonly successes: number })
  /** Under `observe`, at most once per cooldown: the circuit would have opened. */
  | (StateEvent<'would_open'> & { readonly untilMs: number; readonly evidence: Evidence })
  /** A record could not be read. It counts as open for one cooldown. */
  | { readonly type: 'unreadable'; readonly key: string; readonly atMs: number }
  /** This worker's clock is too far off to change shared state. At most once per cooldown. */
  | { readonly type: 'skewed'; readonly offsetMs: number; readonly atMs: number }
  /** The store does not answer, so this worker decides on its own. At most once per cooldown. */
  | { readonly type: 'degraded'; readonly error: string; readonly atMs: number }
  | { readonly type: 'restored'; readonly atMs: number };

/** A change of one circuit. `key`, `epoch` and, for `stage_advanced`, `stage` identify it. */
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
  /** The target got no calls for a reason outside its circuit. Its traffic returns in stages. */
  'restart',
  /** The record could not be read. */
  'unreadable',
  /** The store was lost during a recovery. */
  'store-lost',
] as const;
export type EvidenceRule = (typeof EVIDENCE_RULES)[number];
