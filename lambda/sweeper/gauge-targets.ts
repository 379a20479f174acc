import { DIMENSION, METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import type { CircuitState } from '../contract/words.ts';
import { getHealth, type HealthPorts } from '../core/router/health.ts';
import { isServing } from '../core/router/target-health.ts';
import type { Metrics } from '../core/telemetry.ts';

const GAUGE: Readonly<Record<CircuitState, number>> = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 };

/** Reports the state of each circuit and the number of targets that can serve, once a minute. */
export async function gaugeTargets(
  ports: HealthPorts,
  metrics: Metrics,
  settings: Settings,
): Promise<void> {
  const { targets } = await getHealth(ports, settings);
  for (const { target, circuit } of targets) {
    metrics.gauge(METRIC.circuitState, GAUGE[circuit], { [DIMENSION.target]: target });
  }
  metrics.gauge(METRIC.targetsServing, targets.filter(isServing).length);
  for (const dimension of [DIMENSION.tier, DIMENSION.region]) {
    for (const [value, its] of Map.groupBy(targets, (target) => target[dimension])) {
      metrics.gauge(METRIC.targetsServing, its.filter(isServing).length, { [dimension]: value });
    }
  }
  const disabled = targets.filter(({ health }) => health === 'disabled');
  metrics.gauge(METRIC.targetsDisabled, disabled.length);
}
