import type { CircuitState, OverrideMode, TargetFailureKind } from '../../contract/words.ts';
import { ABSENT, type Circuit, type HalfOpen, type Open } from './circuit.ts';
import type { Evidence } from './events.ts';
import type { ScopedOverride } from './overrides.ts';

/**
 * One circuit as operators, the health registry and the router see it. Times are milliseconds since
 * the Unix epoch.
 */
export interface CircuitSummary {
  readonly key: string;
  /** The breaker's own state, whatever override is in force. */
  readonly state: CircuitState;
  readonly stage?: number;
  /** The number of successes in the current recovery stage so far. */
  readonly succeeded?: number;
  /** The share of the calls that a closed circuit admits, 0 to 1, while that is less than all. */
  readonly share?: number;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** The end of the last lease of the recovery stage, which may be over. Absent without a lease. */
  readonly leasedUntilMs?: number;
  /** The time of a probe before `untilMs`. Only a circuit whose daily quota is used up has one. */
  readonly probeAtMs?: number;
  /** Openings since the circuit was last closed. Absent while the circuit is closed. */
  readonly opens?: number;
  /** The most frequent failure kind when the circuit opened. */
  readonly failure?: TargetFailureKind;
  readonly failureRatePercent?: number;
  /** The rule that opened the circuit, and its numbers. Absent while the circuit is closed. */
  readonly evidence?: Evidence;
  readonly override?: OverrideMode;
  readonly overrideSinceMs?: number;
  readonly overrideUntilMs?: number;
  /** The override with its reason and actor. Only operators may see it. */
  readonly overriddenBy?: ScopedOverride;
}

export function summaryOf(
  key: string,
  circuit: Circuit = ABSENT,
  override: ScopedOverride | undefined,
  share = 1,
): CircuitSummary {
  return {
    key,
    state: circuit.state,
    ...(circuit.version > 0 && { sinceMs: circuit.sinceMs }),
    ...(share < 1 && { share }),
    ...(circuit.state === 'OPEN' && endOf(circuit)),
    ...(circuit.state === 'HALF_OPEN' && recovery(circuit)),
    ...(circuit.state !== 'CLOSED' && { opens: circuit.opens, ...why(circuit.evidence) }),
    ...(override && {
      override: override.mode,
      overrideSinceMs: override.sinceMs,
      overrideUntilMs: override.untilMs,
      overriddenBy: override,
    }),
  };
}

function endOf({ untilMs, probeAtMs }: Open) {
  return { untilMs, ...(probeAtMs !== undefined && { probeAtMs }) };
}

function recovery({ stage, succeeded, leases }: HalfOpen) {
  const ends = leases.map(({ untilMs }) => untilMs);
  return { stage, succeeded, ...(ends.length > 0 && { leasedUntilMs: Math.max(...ends) }) };
}

function why(evidence: Evidence) {
  const { failure, failures, calls } = evidence;
  return {
    evidence,
    ...(failure && { failure }),
    ...(calls > 0 && { failureRatePercent: Math.round((failures / calls) * 1000) / 10 }),
  };
}
