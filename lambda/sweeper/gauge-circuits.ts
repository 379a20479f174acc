import { DIMENSION, METRIC } from '../contract/metrics.ts';
import { type Settings, targetKey, targetsOf } from '../contract/policy.ts';
import type { CircuitState } from '../contract/words.ts';
import type { CircuitGate } from '../core/breaker/admission.ts';
import type { Metrics } from '../core/telemetry.ts';

const GAUGE: Readonly<Record<CircuitState, number>> = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 };

/** The state of each circuit once a minute, whether or not anybody calls. */
export async function gaugeCircuits(
  circuits: Pick<CircuitGate, 'summaries'>,
  metrics: Metrics,
  settings: Settings,
): Promise<void> {
  for (const { key, state } of await circuits.summaries(targetsOf(settings).map(targetKey))) {
    metrics.gauge(METRIC.circuitState, GAUGE[state], { [DIMENSION.target]: key });
  }
}
