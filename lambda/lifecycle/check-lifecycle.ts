import { targetsOf } from '../contract/chains.ts';
import { DIMENSION, METRIC } from '../contract/metrics.ts';
import { type Settings, targetKey } from '../contract/policy.ts';
import { type Clock, isoTime } from '../core/clock.ts';
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
 * Reads the lifecycle of each target of the chains from the catalogue, and reports models that are
 * near their end or gone. A target whose entry cannot be read keeps its last known lifecycle and
 * counts as a finding, so that a failed check never looks like a check without findings.
 */
export async function checkLifecycle(
  dependencies: LifecycleDependencies,
  settings: Settings,
): Promise<void> {
  const { store, clock, log, metrics } = dependencies;
  const before = (await store.load())?.targets ?? {};
  const targets: Record<string, Lifecycle> = {};
  let findings = 0;
  // One after the other: the control plane's quotas are small, and nothing waits for the check.
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
  const endOfLife = endOfLifeMs === undefined ? undefined : isoTime(endOfLifeMs);
  for (const finding of findings) {
    log.warn('model lifecycle finding', { target, finding, daysLeft, endOfLife });
  }
}
