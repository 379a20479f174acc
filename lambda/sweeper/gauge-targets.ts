import { DIMENSION, METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import type { AdmittedCalls } from '../contract/words.ts';
import { getTargetHealths, type HealthPorts } from '../core/router/health.ts';
import { isServing } from '../core/router/target-health.ts';
import type { Metrics } from '../core/telemetry.ts';

const STATE: Readonly<Record<AdmittedCalls, number>> = { all: 0, probes: 1, none: 2 };

/**
 * Reports the state of each target and the number of targets that serve, once a minute. The health
 * page shows the same.
 */
export async function gaugeTargets(
  ports: HealthPorts,
  metrics: Metrics,
  settings: Settings,
): Promise<void> {
  const targets = await getTargetHealths(ports, settings);
  for (const { target, admits } of targets) {
    metrics.gauge(METRIC.targetState, STATE[admits], { [DIMENSION.target]: target });
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
