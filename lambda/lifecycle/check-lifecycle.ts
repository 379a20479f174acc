import { DIMENSION, METRIC } from '../contract/metrics.ts';
import { type Settings, targetKey, targetsOf } from '../contract/policy.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import { type Lifecycle, type LifecycleStore, lifecycleOf } from '../core/router/lifecycle.ts';
import type { ModelCatalogue } from '../core/router/model-catalogue.ts';
import type { Log, Metrics } from '../core/telemetry.ts';

export interface LifecycleDependencies {
  readonly catalogue: ModelCatalogue;
  readonly store: LifecycleStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Asks the catalogue for each target of the chain, and says what is near its end or gone. A target
 * that could not be asked for keeps what was known of it, and counts as a finding: a check that sees
 * nothing must not look like one that finds nothing.
 */
export async function checkLifecycle(
  dependencies: LifecycleDependencies,
  settings: Settings,
): Promise<void> {
  const { store, clock, log, metrics } = dependencies;
  const before = (await store.load())?.targets ?? {};
  const targets: Record<string, Lifecycle> = {};
  let findings = 0;
  // One after the other: the control plane's quotas are small, and nobody waits.
  for (const target of targetsOf(settings)) {
    const key = targetKey(target);
    try {
      const lifecycle = lifecycleOf(await dependencies.catalogue.read(target), clock.now());
      report(dependencies, key, lifecycle);
      targets[key] = lifecycle;
      findings += lifecycle.findings.length;
    } catch (error) {
      log.error('model lifecycle not read', { target: key, error: errorName(error) });
      if (before[key]) targets[key] = before[key];
      findings += 1;
    }
  }
  metrics.count(METRIC.lifecycleFindings, findings);
  await store.save({ checkedAtMs: clock.now(), targets });
}

function report(
  { log, metrics }: LifecycleDependencies,
  target: string,
  { findings, daysLeft, endOfLifeMs }: Lifecycle,
): void {
  if (daysLeft !== undefined) {
    metrics.gauge(METRIC.daysToEndOfLife, daysLeft, { [DIMENSION.target]: target });
  }
  const endOfLife = endOfLifeMs === undefined ? undefined : new Date(endOfLifeMs).toISOString();
  for (const finding of findings) {
    log.warn('model lifecycle', { target, finding, daysLeft, endOfLife });
  }
}
