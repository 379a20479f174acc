import type { TargetFailureKind } from '../../contract/words.ts';

/** The breaker's record for one target. Times are milliseconds since the epoch, by the store. */
export type Circuit = Closed | Open | HalfOpen;

export interface Closed extends Written {
  readonly state: 'CLOSED';
  /** The successes of the recovery that closed it; its window starts with them. */
  readonly seededSuccesses: number;
  /** Under `observe`: it would be open until then, and says so no second time. */
  readonly wouldOpenUntilMs?: number;
}

export interface Open extends Written {
  readonly state: 'OPEN';
  readonly untilMs: number;
  /** Openings since it was last closed. */
  readonly opens: number;
  readonly evidence: Evidence;
}

export interface HalfOpen extends Written {
  readonly state: 'HALF_OPEN';
  /** Index into the policy's `recoveryStages`. */
  readonly stage: number;
  readonly succeeded: number;
  readonly leases: readonly Lease[];
  readonly opens: number;
  /** Why it had opened. */
  readonly evidence: Evidence;
}

interface Written {
  /** Grows with each save; 0 means that nothing was saved yet. */
  readonly version: number;
  /** Grows with each change of state, so that a late result finds another one. */
  readonly epoch: number;
  /** When the epoch began. */
  readonly sinceMs: number;
  /** The worker that began the epoch. */
  readonly writer: string;
}

/** A permit of a stage. Past `untilMs` its holder is taken for dead and another may have it. */
export interface Lease {
  readonly id: string;
  readonly untilMs: number;
  /** How often this permit ran out before. */
  readonly expiries: number;
}

export const EVIDENCE_RULES = [
  'rate',
  'excess',
  'dry',
  'slow',
  /** A daily quota is used up. */
  'quota-day',
  /** A call of a recovery stage failed. */
  'probe',
  /** A permit of a recovery stage ran out twice: its calls hang. */
  'expired-permit',
  /** An operator's force-open ended. */
  'override-ended',
  /** It was kept from traffic for a reason of its caller's, and comes back by stages. */
  'restart',
  /** The record could not be read. */
  'unreadable',
  /** The store was lost during a recovery. */
  'store-lost',
] as const;
export type EvidenceRule = (typeof EVIDENCE_RULES)[number];

/** Why a circuit opened, in the numbers that caused it. */
export interface Evidence {
  readonly rule: EvidenceRule;
  /** The kind of failure that weighed most. */
  readonly failure?: TargetFailureKind;
  readonly calls: number;
  readonly failures: number;
  readonly slowCalls?: number;
  /** The CUSUM of the excess rule. */
  readonly excess?: number;
  readonly kinds?: Readonly<Partial<Record<TargetFailureKind, number>>>;
  /** The recovery stage that failed. */
  readonly stage?: number;
}

/** What an absent record means. Its epoch is 0 until the first change of state writes it. */
export const ABSENT: Closed = {
  state: 'CLOSED',
  version: 0,
  epoch: 0,
  sinceMs: 0,
  writer: '',
  seededSuccesses: 0,
};

export function opensOf(circuit: Circuit): number {
  return circuit.state === 'CLOSED' ? 0 : circuit.opens;
}
