import { regionsOf, targetsOf } from '../contract/chains.ts';
import { type Settings, type SettingsFault, targetKey } from '../contract/policy.ts';
import type { AdminHealthView } from '../contract/schemas/admin-health-view.ts';
import type { KnownQuotas } from '../core/admission/applied-quotas.ts';
import type { BucketStore } from '../core/admission/bucket-store.ts';
import { readQuotaStates } from '../core/admission/quota-states.ts';
import type { Breaker } from '../core/breaker/breaker.ts';
import type { DailyQuotaGate } from '../core/breaker/daily-quota-gate.ts';
import { splitScopeName } from '../core/breaker/override-scopes.ts';
import type { CircuitSummary } from '../core/breaker/summary.ts';
import { type Clock, isoTime } from '../core/clock.ts';
import type { ConfigFailures } from '../core/router/config-failures.ts';
import type { DisabledTargets } from '../core/router/disabled-targets.ts';
import { healthView } from '../core/router/health.ts';
import type { Lifecycle, LifecycleStore } from '../core/router/lifecycle.ts';
import { settingsStatus } from '../core/settings-status.ts';
import { viewOverride } from './override-circuits.ts';
import { viewDayBudget, viewQuota } from './quota-views.ts';

export interface AdminHealthDependencies {
  readonly breaker: Pick<Breaker, 'inspect' | 'overrides'>;
  readonly circuits: Pick<DailyQuotaGate, 'dailyQuotas' | 'recent'>;
  readonly disabledTargets: Pick<DisabledTargets, 'all'>;
  readonly lifecycles: Pick<LifecycleStore, 'load'>;
  readonly buckets: Pick<BucketStore, 'read'>;
  readonly knownQuotas: Pick<KnownQuotas, 'read'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly settingsFault: () => SettingsFault | undefined;
}

/** Returns the callers' health view, with the reasons, overrides and lifecycle of each target, and the quotas. */
export async function getAdminHealth(
  dependencies: AdminHealthDependencies,
  settings: Settings,
): Promise<AdminHealthView> {
  const { breaker, circuits, disabledTargets, lifecycles, clock, settingsFault } = dependencies;
  const keys = targetsOf(settings).map(targetKey);
  const [inspections, dailyQuotas, recent, { entries }, disabled, lifecycle, quotas] =
    await Promise.all([
      breaker.inspect(keys),
      circuits.dailyQuotas(regionsOf(settings)),
      circuits.recent(keys),
      breaker.overrides(),
      disabledTargets.all(),
      lifecycles.load(),
      readQuotas(dependencies, settings),
    ]);
  const now = clock.now();
  const fault = settingsFault();
  const byKey = new Map(inspections.map((each) => [each.key, each]));
  const facts = { circuits: inspections, dailyQuotas, disabled, recent, nowMs: now };
  const view = healthView(settings, facts);
  const live = Object.entries(entries).filter(([, { untilMs }]) => now < untilMs);
  return {
    ...view,
    settings: { ...settingsStatus(fault), ...(fault && { faults: fault.faults }) },
    targets: view.targets.map((target) => ({
      ...target,
      ...circuitReasons(byKey.get(target.target)),
      ...configErrors(disabled[target.target]),
      ...lifecycleView(lifecycle?.targets[target.target]),
    })),
    overrides: live.map(([name, override]) =>
      viewOverride({ ...override, ...splitScopeName(name) }),
    ),
    ...(lifecycle && { lifecycleCheckedAt: isoTime(lifecycle.checkedAtMs) }),
    ...quotas,
  };
}

async function readQuotas(
  { buckets, knownQuotas, clock }: AdminHealthDependencies,
  settings: Settings,
): Promise<Pick<AdminHealthView, 'quotas' | 'dayBudgets' | 'quotasCheckedAt'>> {
  const applied = await knownQuotas.read();
  const nowMs = clock.now();
  const { quotas, days } = await readQuotaStates(buckets, settings, applied, nowMs);
  return {
    quotas: quotas.map((quota) => viewQuota(quota, nowMs)),
    ...(days && {
      dayBudgets: [...days].map(([region, budget]) => viewDayBudget(region, budget, settings)),
    }),
    ...(applied && { quotasCheckedAt: isoTime(applied.checkedAtMs) }),
  };
}

function circuitReasons({
  opens,
  succeeded,
  evidence,
  overriddenBy,
}: Partial<CircuitSummary> = {}) {
  return {
    ...(opens !== undefined && { opens }),
    ...(succeeded !== undefined && { succeeded }),
    ...(evidence && { evidence }),
    ...(overriddenBy && { overriddenBy: viewOverride(overriddenBy) }),
  };
}

function configErrors(known: ConfigFailures | undefined) {
  if (!known) return {};
  const { failures, reason, sinceMs, disabled } = known;
  return {
    configErrors: {
      failures,
      reason,
      since: isoTime(sinceMs),
      ...(disabled && {
        disabledSince: isoTime(disabled.sinceMs),
        nextCheckAt: isoTime(disabled.checkAtMs),
        checks: disabled.checks,
      }),
    },
  };
}

function lifecycleView(known: Lifecycle | undefined) {
  if (!known) return {};
  const { findings, daysLeft, endOfLifeMs, legacyMs } = known;
  return {
    lifecycle: {
      findings,
      ...(endOfLifeMs !== undefined && { endOfLife: isoTime(endOfLifeMs) }),
      ...(legacyMs !== undefined && { legacySince: isoTime(legacyMs) }),
      ...(daysLeft !== undefined && { daysLeft }),
    },
  };
}
