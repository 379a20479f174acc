import type { CircuitSummary } from './admission.ts';
import { ABSENT, type Circuit, type Evidence } from './circuit.ts';
import type { Override } from './overrides.ts';

/** A circuit as health and the router see it: its own state, and beside it the override. */
export function summaryOf(
  key: string,
  circuit: Circuit = ABSENT,
  override: Override | undefined,
): CircuitSummary {
  const forced = override && {
    override: override.mode,
    overrideSinceMs: override.sinceMs,
    overrideUntilMs: override.untilMs,
  };
  const since = circuit.version > 0 && { sinceMs: circuit.sinceMs };
  const { state } = circuit;
  switch (circuit.state) {
    case 'CLOSED':
      return { key, state, ...since, ...forced };
    case 'OPEN':
      return {
        key,
        state,
        ...since,
        untilMs: circuit.untilMs,
        ...why(circuit.evidence),
        ...forced,
      };
    case 'HALF_OPEN':
      return { key, state, ...since, stage: circuit.stage, ...why(circuit.evidence), ...forced };
    default:
      return circuit satisfies never;
  }
}

function why({ failure, failures, calls }: Evidence) {
  return {
    ...(failure && { failure }),
    ...(calls > 0 && { failureRatePercent: Math.round((failures / calls) * 1000) / 10 }),
  };
}
