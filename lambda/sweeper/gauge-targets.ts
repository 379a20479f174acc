import { targetsOf, tierKey, tiersOf } from '../contract/chains.ts';
import { DIMENSION, METRIC } from '../contract/metrics.ts';
import { type Settings, type Target, targetKey } from '../contract/policy.ts';
import type { AdmittedCalls } from '../contract/words.ts';
import { getTargetHealths, type HealthPorts } from '../core/router/health.ts';
import { isServing } from '../core/router/target-health.ts';
import type { Metrics } from '../core/telemetry.ts';

const STATE: Readonly<Record<AdmittedCalls, number>> = { all: 0, some: 1, probes: 1, none: 2 };

/**
 * Reports the state of each target and the number of targets that serve in each chain, tier and
 * region, once a minute. The health page shows the same.
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
  const serving = new Set(targets.filter(isServing).map(({ target }) => target));
  const gauge = (members: readonly Target[], dimensions: Record<string, string>) =>
    metrics.gauge(
      METRIC.targetsServing,
      members.filter((each) => serving.has(targetKey(each))).length,
      dimensions,
    );
  for (const [chain, { tiers }] of Object.entries(settings.chains)) {
    gauge(
      tiers.flatMap((tier) => tier.targets),
      { [DIMENSION.chain]: chain },
    );
  }
  for (const each of tiersOf(settings)) {
    gauge(each.tier.targets, { [DIMENSION.tier]: tierKey(each) });
  }
  for (const [region, its] of Map.groupBy(targetsOf(settings), (target) => target.region)) {
    gauge(its, { [DIMENSION.region]: region });
  }
  const disabled = targets.filter(({ health }) => health === 'disabled');
  metrics.gauge(METRIC.targetsDisabled, disabled.length);
}
