import { DIMENSION, METRIC } from '../contract/metrics.ts';
import { type Settings, targetKey } from '../contract/policy.ts';
import type { CircuitState } from '../contract/words.ts';
import type { CircuitGate } from '../core/breaker/admission.ts';
import type { Metrics } from '../core/telemetry.ts';

const GAUGE: Readonly<Record<CircuitState, number>> = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 };

/** The state of each circuit once a minute, whether or not anybody calls. */
export async function gaugeCircuits(
  circuits: Pick<CircuitGate, 'summaries'>,
  metrics: Metrics,
  { tiers }: Settings,
): Promise<void> {
  const keys = tiers.flatMap(({ targets }) => targets.map(targetKey));
  for (const { key, state } of await circuits.summaries(keys)) {
    metrics.gauge(METRIC.circuitState, GAUGE[state], { [DIMENSION.target]: key });
  }
}
