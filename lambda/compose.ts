import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbAppliedQuotas } from './aws/applied-quotas-table.ts';
import { Thaw } from './aws/connections.ts';
import { readDeployedSettings } from './aws/deployed-settings.ts';
import { dynamoDbDisabledTargets } from './aws/disabled-targets-table.ts';
import { eventBridgeBus } from './aws/event-bus.ts';
import { dynamoDbJobStore } from './aws/job-table.ts';
import { randomId } from './aws/random-id.ts';
import { createClient, SINGLE_ATTEMPT } from './aws/sdk-client.ts';
import { readSecretText } from './aws/secret-text.ts';
import { SettingsParameter } from './aws/settings-parameter.ts';
import { systemClock } from './aws/system-clock.ts';
import { powertoolsTelemetry, type Telemetry } from './aws/telemetry.ts';
import { xRayTrace } from './aws/x-ray.ts';
import { ENV, requiredEnv } from './contract/env.ts';
import { METRIC } from './contract/metrics.ts';
import type { Settings, SettingsFault } from './contract/policy.ts';
import { KnownQuotas } from './core/admission/applied-quotas.ts';
import { Quotas } from './core/admission/quotas.ts';
import { Breaker } from './core/breaker/breaker.ts';
import { DailyQuotaGate, scopesWithoutDays } from './core/breaker/daily-quota-gate.ts';
import type { CircuitEvent } from './core/breaker/events.ts';
import { scopesOfChains } from './core/breaker/override-scopes.ts';
import type { Clock, Random } from './core/clock.ts';
import { JobEnds } from './core/jobs/job-ends.ts';
import { DisabledTargets } from './core/router/disabled-targets.ts';
import type { Log, Metrics, Trace } from './core/telemetry.ts';
import { configuredStores } from './stores/configured-stores.ts';
import { DynamoDbBucketStore } from './stores/dynamodb-bucket-store.ts';
import { DynamoDbCircuitStore } from './stores/dynamodb-circuit-store.ts';
import { MemoryBucketStore } from './stores/memory-bucket-store.ts';
import { MemoryCircuitStore } from './stores/memory-circuit-store.ts';

/** The parts that every function has. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: () => string;
  /** The client for all tables except the circuits' store, which has a client of its own. */
  readonly dynamoDb: DynamoDBClient;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly trace: Trace;
  /**
   * Adds the invocation's ids to its log lines, and drops connections that may be dead. Must be called at
   * the start of each invocation.
   */
  readonly begin: Telemetry['begin'];
  /** Writes the collected metrics. Must be called at the end of each invocation. */
  readonly end: () => void;
  /** Returns the settings, read again if they are too old; called at the start of each invocation. */
  readonly readSettings: () => Promise<Settings>;
  /** Returns the settings as they were last read. */
  readonly settings: () => Settings;
  /** Returns the reason why the parameter's settings are not in force; `undefined` if they are. */
  readonly settingsFault: () => SettingsFault | undefined;
}

export function openRuntime(): Runtime {
  const telemetry = powertoolsTelemetry();
  const { log, metrics } = telemetry;
  const clock = systemClock;
  const thaw = new Thaw();
  const parameter = new SettingsParameter({
    name: requiredEnv(ENV.settingsParameter),
    deployed: readDeployedSettings,
    clock,
    random: Math.random,
    log,
    metrics,
  });
  return {
    log,
    metrics,
    clock,
    random: Math.random,
    begin: (context) => {
      thaw.begin(clock.now());
      telemetry.begin(context);
    },
    end: () => {
      telemetry.publishMetrics();
      thaw.end(clock.now());
    },
    trace: xRayTrace(),
    newId: randomId,
    dynamoDb: createClient((options) => new DynamoDBClient(options)),
    readSettings: () => parameter.read(),
    settings: () => parameter.current,
    settingsFault: () => parameter.fault,
  };
}

/**
 * Reads while the function loads what its first invocation reads first, which also opens connections:
 * Lambda gives a function that loads a full core, and later a share that depends on its memory.
 */
export async function warmUp(
  runtime: Runtime,
  { breaker, knownQuotas }: Partial<ReturnType<typeof openCircuits>> = {},
): Promise<void> {
  try {
    await Promise.all([runtime.readSettings(), knownQuotas?.read()]);
    await breaker?.overrides();
  } catch {
    // The invocation reads again, and reports the failure.
  }
}

/** Opens the shared state of the targets: circuits, quotas and the record of disabled targets. */
export function openCircuits(runtime: Runtime, on?: (event: CircuitEvent) => void) {
  const { settings, clock, random, log, metrics, dynamoDb } = runtime;
  const table = requiredEnv(ENV.circuitsTable);
  const policy = () => settings().breaker;
  const stores = configuredStores({
    policy,
    now: clock.now,
    readSecret: readSecretText,
    dynamoDb: (options) => {
      const once = createClient((common) => new DynamoDBClient({ ...common, ...SINGLE_ATTEMPT }));
      return {
        circuits: new DynamoDbCircuitStore(once, table, options),
        buckets: new DynamoDbBucketStore(once, table, { ...options, now: clock.now }),
      };
    },
  });
  const breaker = new Breaker({
    store: stores.circuits,
    policy,
    clock,
    random,
    on,
    workerId: randomId(),
    newPrivateStore: () => new MemoryCircuitStore(clock.now),
    scopesOf: scopesWithoutDays(scopesOfChains(settings)),
  });
  const knownQuotas = new KnownQuotas({
    store: dynamoDbAppliedQuotas(dynamoDb, table),
    clock,
    log,
  });
  return {
    knownQuotas,
    buckets: stores.buckets,
    /** The targets' own circuits, for operators. */
    breaker,
    /** The circuits as calls meet them: a target is out too while its Region has no daily quota. */
    circuits: new DailyQuotaGate(breaker, policy),
    quotas: new Quotas({
      store: stores.buckets,
      newPrivateStore: () => new MemoryBucketStore(clock.now),
      settings,
      applied: () => knownQuotas.current(),
      clock,
      log,
      onStoreLost: () => metrics.count(METRIC.circuitStoreDegraded),
    }),
    disabledTargets: new DisabledTargets({
      store: dynamoDbDisabledTargets(dynamoDb, table),
      policy,
      clock,
      log,
    }),
  };
}

/** Opens the jobs table, and the part that ends jobs and publishes their events. */
export function openJobs({ settings, dynamoDb, log, metrics }: Runtime) {
  const jobs = dynamoDbJobStore(dynamoDb, requiredEnv(ENV.jobsTable));
  const bus = eventBridgeBus(requiredEnv(ENV.eventBus));
  return { jobs, ends: new JobEnds({ jobs, bus, settings, log, metrics }) };
}
