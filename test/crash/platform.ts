import { SWEEP_SHARDS } from '../../lambda/contract/keys.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { BucketStore } from '../../lambda/core/admission/bucket-store.ts';
import type { QuotaGate } from '../../lambda/core/admission/quotas.ts';
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
import type { QuotaLedger } from './quota-ledger.ts';
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
  readonly buckets: BucketStore;
  /** Changes how quotas are used. Only a seeded bug does. @default unchanged */
  readonly tamperQuotas?: (quotas: QuotaGate) => QuotaGate;
}

/** An implementation of the ports: in memory, or the real adapters over a simulated network. */
export interface Platform<Tables = unknown> {
  readonly faults: readonly Fault[];
  /** Opens the ports over a cloud. */
  open(cloud: Cloud, start: Start<Tables>): Promise<OpenPlatform<Tables>>;
}

interface Start<Tables> {
  readonly settings: Settings;
  /**
   * The time until which the primary's quota is spent, in tables that start empty. @default the quota is
   * not known
   */
  readonly quotaSpentUntil: number | undefined;
  /** The contents of the tables. @default empty */
  readonly tables?: Tables;
}

export interface OpenPlatform<Tables = unknown> {
  /** Returns the ports of one process. The fault plan counts each call through them. */
  ports(sandbox: Sandbox): Ports;
  /** The books of the primary's quota. @default it is not known, or nobody keeps them */
  readonly ledger?: QuotaLedger;
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
