import { respond } from '../../lambda/admin/routes.ts';
import type { Settings, SettingsFault } from '../../lambda/contract/policy.ts';
import type { AppliedQuotas } from '../../lambda/contract/quotas.ts';
import { Breaker } from '../../lambda/core/breaker/breaker.ts';
import { DailyQuotaGate, scopesWithoutDays } from '../../lambda/core/breaker/daily-quota-gate.ts';
import { scopesOfChains } from '../../lambda/core/breaker/override-scopes.ts';
import type { OperatorAction } from '../../lambda/core/operator-log.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import type { LifecycleRecord } from '../../lambda/core/router/lifecycle.ts';
import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { bodyOf } from './api-caller.ts';
import { type ApiEventOptions, anApiEvent } from './api-event.ts';
import { aWorld } from './job-world.ts';
import { memoryDisabledTargets } from './memory-disabled-targets.ts';
import { memoryRedriveLease } from './memory-redrive-lease.ts';
import { aChain } from './router-builders.ts';

/** The ARN of the operator who calls. */
export const OPERATOR = 'arn:aws:sts::123456789012:assumed-role/operators/ada';
export const FORCE_OPEN = { mode: 'force-open', reason: 'drill', expiresInSeconds: 600 };

/** Creates an admin function that shares its circuit store with a worker. */
export function anAdmin(settings: Settings = aChain()) {
  const world = aWorld({ settings });
  const { clock, log } = world;
  const policy = () => settings.breaker;
  const store = new MemoryCircuitStore(() => clock.now());
  const newPrivateStore = () => new MemoryCircuitStore(() => clock.now());
  const disabledStore = memoryDisabledTargets();
  const scopesOf = scopesWithoutDays(scopesOfChains(() => settings));
  const aBreaker = (workerId: string) =>
    new Breaker({ store, newPrivateStore, policy, clock, scopesOf, random: () => 0, workerId });
  const disabled = () => new DisabledTargets({ store: disabledStore, policy, clock, log });
  const breaker = aBreaker('admin');
  let lifecycle: LifecycleRecord | undefined;
  let applied: AppliedQuotas | undefined;
  const buckets = new MemoryBucketStore(() => clock.now());
  let settingsFault: SettingsFault | undefined;
  const redriveLease = memoryRedriveLease();
  const actions: OperatorAction[] = [];
  const operatorLog = { write: async (action: OperatorAction) => void actions.push(action) };
  const dependencies = {
    ...world,
    redriveLease,
    operatorLog,
    deadLetters: {
      receive: async () => [],
      remove: async () => undefined,
      release: async () => undefined,
      count: async () => 3,
    },
    breaker,
    circuits: new DailyQuotaGate(breaker, policy),
    disabledTargets: new DisabledTargets({ store: disabledStore, policy, clock, log }),
    buckets,
    knownQuotas: { read: async () => applied },
    lifecycles: { load: async () => lifecycle },
    settingsFault: () => settingsFault,
  };
  const call = (options: ApiEventOptions) =>
    respond(
      dependencies,
      async () => settings,
      anApiEvent({ userArn: OPERATOR, ...options }),
      clock.now() + 28_000,
    );
  const override = (method: string, scope: string, key: string, body?: unknown) =>
    call({
      route: `${method} /admin/overrides/{scope}/{key+}`,
      pathParameters: { scope, key },
      body: body === undefined ? null : JSON.stringify(body),
    });
  return {
    ...world,
    call,
    put: (scope: string, key: string, body: unknown = FORCE_OPEN) =>
      override('PUT', scope, key, body),
    lift: (scope: string, key: string) => override('DELETE', scope, key),
    health: async () => bodyOf(await call({ route: 'GET /admin/health' })),
    worker: new DailyQuotaGate(aBreaker('worker'), policy),
    otherSandbox: aBreaker('other'),
    workersDisabled: disabled(),
    store,
    redriveLease,
    actions,
    buckets,
    foundQuotas: (quotas: AppliedQuotas) => {
      applied = quotas;
    },
    checked: (record: LifecycleRecord) => {
      lifecycle = record;
    },
    refused: (fault: SettingsFault) => {
      settingsFault = fault;
    },
  };
}
