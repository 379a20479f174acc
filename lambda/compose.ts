import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbDisabledTargets } from './aws/disabled-targets-table.ts';
import { eventBridgeBus } from './aws/event-bus.ts';
import { dynamoDbJobStore } from './aws/job-table.ts';
import { randomId } from './aws/random-id.ts';
import { createClient, SINGLE_ATTEMPT } from './aws/sdk-client.ts';
import { SettingsParameter } from './aws/settings-parameter.ts';
import { systemClock } from './aws/system-clock.ts';
import { powertoolsTelemetry, type Telemetry } from './aws/telemetry.ts';
import { xRayTrace } from './aws/x-ray.ts';
import { ENV, requiredEnv } from './contract/env.ts';
import type { Settings, SettingsFault } from './contract/policy.ts';
import { Breaker } from './core/breaker/breaker.ts';
import type { CircuitEvent } from './core/breaker/events.ts';
import { scopesOfChain } from './core/breaker/override-scopes.ts';
import type { Clock, Random } from './core/clock.ts';
import { JobEnds } from './core/jobs/job-ends.ts';
import { DisabledTargets } from './core/router/disabled-targets.ts';
import type { Log, Metrics, Trace } from './core/telemetry.ts';
import { configuredCircuitStore } from './stores/configured-circuit-store.ts';
import { DynamoDbCircuitStore } from './stores/dynamodb-circuit-store.ts';
import { MemoryCircuitStore } from './stores/memory-circuit-store.ts';

/** What every function has. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: () => string;
  /** For all but the circuits. */
  readonly dynamoDb: DynamoDBClient;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly trace: Trace;
  /** Marks the log lines that follow; at the start of each invocation. */
  readonly begin: Telemetry['begin'];
  /** Writes the metrics out; at the end of each invocation. */
  readonly publish: () => void;
  /** Reads the settings anew when they are old; at the start of each invocation. */
  readonly readSettings: () => Promise<Settings>;
  /** As last read. */
  readonly settings: () => Settings;
  /** Why that is not what the parameter holds. */
  readonly settingsFault: () => SettingsFault | undefined;
}

export function openRuntime(): Runtime {
  const telemetry = powertoolsTelemetry();
  const { log, metrics } = telemetry;
  const clock = systemClock;
  const parameter = new SettingsParameter({
    name: requiredEnv(ENV.settingsParameter),
    deployedName: requiredEnv(ENV.deployedSettingsParameter),
    ...{ clock, log, metrics },
  });
  return {
    ...telemetry,
    ...{
      clock,
      random: Math.random,
      trace: xRayTrace(),
      newId: randomId,
      dynamoDb: createClient((options) => new DynamoDBClient(options)),
    },
    readSettings: () => parameter.read(),
    settings: () => parameter.current,
    settingsFault: () => parameter.fault,
  };
}

/** What the functions share of the targets: their circuits, and which of them are disabled. */
export function openCircuits(runtime: Runtime, on?: (event: CircuitEvent) => void) {
  const { settings, clock, random, log, dynamoDb } = runtime;
  const table = requiredEnv(ENV.circuitsTable);
  const policy = () => settings().breaker;
  const store = configuredCircuitStore({
    ...{ policy, now: clock.now },
    dynamoDb: (options) =>
      new DynamoDbCircuitStore(
        createClient((common) => new DynamoDBClient({ ...common, ...SINGLE_ATTEMPT })),
        table,
        options,
      ),
  });
  return {
    circuits: new Breaker({
      ...{ store, policy, clock, random, on, workerId: randomId() },
      newPrivateStore: () => new MemoryCircuitStore(clock.now),
      scopesOf: scopesOfChain(settings),
    }),
    disabledTargets: new DisabledTargets({
      store: dynamoDbDisabledTargets(dynamoDb, table),
      ...{ policy, clock, log },
    }),
  };
}

/** The rows of the jobs, and what is done when one of them ends. */
export function openJobs({ settings, dynamoDb, log, metrics }: Runtime) {
  const jobs = dynamoDbJobStore(dynamoDb, requiredEnv(ENV.jobsTable));
  const bus = eventBridgeBus(requiredEnv(ENV.eventBus));
  return { jobs, ends: new JobEnds({ jobs, bus, settings, log, metrics }) };
}
