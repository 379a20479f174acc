import { SWEEP_SHARDS } from '../../lambda/contract/keys.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { CircuitGate } from '../../lambda/core/breaker/admission.ts';
import type { DeadLetterQueue } from '../../lambda/core/jobs/dead-letter-queue.ts';
import type { EventBus } from '../../lambda/core/jobs/event-publisher.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import type { JobQueue } from '../../lambda/core/jobs/job-queue.ts';
import type { JobStore } from '../../lambda/core/jobs/job-store.ts';
import type { ResultStore } from '../../lambda/core/jobs/result-store.ts';
import type { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import type { ModelClient } from '../../lambda/core/router/model-client.ts';
import type { Cloud } from './cloud.ts';
import type { Fate } from './fates.ts';
import type { Sandbox } from './sandbox.ts';

/** The settings in force, as a function that starts reads them. */
export interface SettingsSource {
  read(): Promise<Settings>;
  /** As last read. */
  readonly current: Settings;
}

/** All through which a function reaches the world. */
export interface Ports {
  readonly jobs: JobStore;
  readonly queue: JobQueue;
  readonly deadLetters: DeadLetterQueue;
  readonly results: ResultStore;
  readonly bus: EventBus;
  readonly models: ModelClient;
  readonly circuits: CircuitGate;
  readonly disabledTargets: DisabledTargets;
  readonly settings: SettingsSource;
}

/** Where functions run: in memory, or on AWS's protocols through the real adapters. */
export interface Platform<Tables = unknown> {
  readonly fates: readonly Fate[];
  /** Tables beside the cloud's other services: empty, or with what was in them. */
  open(cloud: Cloud, settings: Settings, tables?: Tables): Promise<OpenPlatform<Tables>>;
}

export interface OpenPlatform<Tables = unknown> {
  /** The ports of one process; each call through them is a point. */
  ports(sandbox: Sandbox): Ports;
  /** The row as it is, whatever becomes of the functions' calls. */
  row(jobId: string): Promise<Job | undefined>;
  /** Once no call of any process is under way, not even of a dead one. */
  settled(): Promise<void>;
  /** All that is in the tables, as plain data. */
  tables(): Promise<Tables>;
}

/**
 * The sweeper's view of the one shard that holds the job. It asks the fifteen others alike, they are
 * empty, and to fail at one of them is to fail at this one.
 */
export function withShardOf(jobId: string, ports: Ports): Ports {
  const shard = Number.parseInt(jobId.slice(0, 2), 16) % SWEEP_SHARDS;
  const { jobs } = ports;
  return {
    ...ports,
    jobs: {
      ...jobs,
      async *due(asked, now) {
        if (asked === shard) yield* jobs.due(asked, now);
      },
      running: async (asked, now, limit) =>
        asked === shard ? jobs.running(asked, now, limit) : [],
    },
  };
}
