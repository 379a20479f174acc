import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Instance } from '../contract/snapshot.ts';
import { explainFailure } from './failure.ts';
import { readHealth } from './health.ts';
import type { LaptopParts } from './laptop-parts.ts';
import { type QueueUrls, readQueues } from './queues.ts';
import type { SeriesSource } from './series-source.ts';
import type { SnapshotSources } from './snapshot-reader.ts';

export interface SourceOptions {
  readonly instance: Instance;
  readonly signedFetch: typeof fetch;
  readonly sqs: SQSClient;
  /** Absent if the stack has no queues. */
  readonly queueUrls?: QueueUrls;
  readonly series?: SeriesSource;
  /** The time between two reads of the health and of the queues in milliseconds. */
  readonly everyMs: number;
  readonly seriesEveryMs: number;
  readonly now: () => number;
  readonly laptop?: LaptopParts;
}

/** Returns the parts of the snapshot, each with the right that reading it needs. */
export function snapshotSources(options: SourceOptions): SnapshotSources {
  const { instance, signedFetch, sqs, queueUrls, series, everyMs, laptop } = options;
  const explain = (action: string) => (error: unknown) => explainFailure(error, action);
  return {
    instance,
    health: {
      name: 'health',
      everyMs,
      read: (signal) => readHealth(instance.apiUrl, signedFetch, signal),
      explain: explain('execute-api:Invoke'),
    },
    ...(queueUrls && {
      queues: {
        name: 'queues',
        everyMs,
        read: (signal) => readQueues(sqs, queueUrls, signal),
        explain: explain('sqs:GetQueueAttributes'),
      },
    }),
    ...(series && {
      series: {
        name: 'series',
        everyMs: options.seriesEveryMs,
        read: (signal) => series.read(options.now(), signal),
        explain: explain('cloudwatch:GetMetricData'),
      },
    }),
    ...(laptop && { laptop }),
  };
}
