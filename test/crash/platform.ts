import { SWEEP_SHARDS } from '../../lambda/contract/keys.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { CircuitGate } from '../../lambda/core/breaker/admission.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import type { DeadLetterQueue } from '../../lambda/core/jobs/dead-letter-queue.ts';
import type { EventBus } from '../../lambda/core/jobs/event-publisher.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import type { JobQueue } from '../../lambda/core/jobs/job-queue.ts';
import type { JobStore } from '../../lambda/core/jobs/job-store.ts';
import type { ResultStore } from '../../lambda/core/jobs/result-store.ts';
import type { UploadStore } from '../../lambda/core/jobs/upload-store.ts';
import type { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import type { ModelClient } from '../../lambda/core/router/model-client.ts';
import type { Cloud } from './cloud.ts';
import type { Fault } from './faults.ts';
import type { Sandbox } from './sandbox.ts';

/** The settings, as a starting function reads them. */
export interface SettingsSource {
  read(): Promise<Settings>;
  /** The settings that were read last. */
  readonly current: Settings;
}

/** All ports that a function calls. */
export interface Ports {
  readonly jobs: JobStore;
  readonly queue: JobQueue;
  readonly deadLetters: DeadLetterQueue;
  readonly results: ResultStore;
  readonly uploads: UploadStore;
  readonly bus: EventBus;
  readonly models: ModelClient;
  readonly circuits: CircuitGate;
  readonly disabledTargets: DisabledTargets;
  readonly settings: SettingsSource;
}

/** An implementation of the ports: in memory, or the real adapters over a simulated network. */
export interface Platform<Tables = unknown> {
  readonly faults: readonly Fault[];
  /** Opens the ports over a cloud. The tables start with the contents of `tables`, or empty. */
  open(cloud: Cloud, settings: Settings, tables?: Tables): Promise<OpenPlatform<Tables>>;
}

export interface OpenPlatform<Tables = unknown> {
  /** Returns the ports of one process. The fault plan counts each call through them. */
  ports(sandbox: Sandbox): Ports;
  /** Reads the row without passing the fault plan. */
  row(jobId: string): Promise<Job | undefined>;
  /** Resolves when no process, dead or alive, has anything to do before a time comes. */
  settled(): Promise<void>;
  /** The contents of the tables as plain data. */
  tables(): Promise<Tables>;
}

/** Makes every target look as if it had just answered another job. */
export function withOthersServed(clock: Pick<Clock, 'now'>, ports: Ports): Ports {
  const { circuits } = ports;
  return {
    ...ports,
    circuits: {
      admit: (...given) => circuits.admit(...given),
      lastServedAtMs: async () => clock.now(),
      summaries: (keys) => circuits.summaries(keys),
      restart: (...given) => circuits.restart(...given),
      flush: () => circuits.flush(),
    },
  };
}

/**
 * Limits the sweeper to the shard that holds the job. It queries all 16 shards in the same way, the
 * other 15 are empty, and a fault in one of their queries has the same effect as one in this query.
 */
export function withShardOf(jobId: string, ports: Ports): Ports {
  const shard = Number.parseInt(jobId.slice(0, 2), 16) % SWEEP_SHARDS;
  const { jobs } = ports;
  return {
    ...ports,
    jobs: {
      ...jobs,
      async *due(asked, now, trusted) {
        if (asked === shard) yield* jobs.due(asked, now, trusted);
      },
      running: async (asked, now, limit) =>
        asked === shard ? jobs.running(asked, now, limit) : [],
    },
  };
}
