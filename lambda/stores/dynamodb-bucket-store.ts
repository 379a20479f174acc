import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import {
  type Bucket,
  type CorrectedRate,
  corrected,
  EMPTY_BUCKET,
  type Hold,
  type Terms,
  take,
  takenByPause,
  waitOfTaken,
} from '../core/admission/bucket.ts';
import {
  type BucketStore,
  BucketStoreError,
  type CorrectionTimes,
  type Held,
} from '../core/admission/bucket-store.ts';
import type { Settlement } from '../core/admission/settlement.ts';
import { bucketOf } from './bucket-fields.ts';
import { bucketItemKey, holdUpdate, rateUpdate } from './dynamodb-bucket-item.ts';
import { serverTimeOf, stampWithServerTime } from './dynamodb-server-time.ts';
import { settlementUpdate } from './dynamodb-settlement.ts';
import { ServerClock } from './server-clock.ts';

export interface DynamoDbBucketStoreOptions {
  /** The longest wait for a response, in milliseconds. @default 1,000 */
  readonly timeoutMs?: number;
  /** This machine's clock, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** The store's clock. @default the Date header of its responses */
  readonly storeNow?: () => number;
}

/**
 * Keeps the buckets of quotas in the circuits' table, one item each. The client must have
 * `maxAttempts: 1`: if the SDK repeated a write whose response was lost, it would count twice.
 */
export class DynamoDbBucketStore implements BucketStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  readonly #storeNow: () => number;
  readonly #clock: ServerClock;
  /** The buckets as this worker saw them last. They only tell which update to try first. */
  readonly #seen = new Map<string, Bucket>();

  constructor(client: DynamoDBClient, tableName: string, options: DynamoDbBucketStoreOptions) {
    const { now, timeoutMs = 1_000, storeNow } = options;
    this.#client = client;
    this.#table = tableName;
    this.#timeoutMs = timeoutMs;
    this.#now = now;
    this.#clock = new ServerClock(now);
    this.#storeNow = storeNow ?? (() => this.#clock.now());
    stampWithServerTime(client);
  }

  async hold(key: string, hold: Hold, terms: Terms): Promise<Held> {
    let bucket = this.#seen.get(key) ?? EMPTY_BUCKET;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const nowMs = this.#storeNow();
      const updated = await this.#update(key, holdUpdate(bucket, hold, nowMs, terms));
      bucket = updated.bucket;
      if (updated.applied) {
        const waitMs = waitOfTaken(bucket.spentUntil, hold, nowMs, terms);
        return { admitted: true, waitMs, bucket };
      }
      const taking = take(bucket, hold, nowMs, terms);
      if (!taking.admitted) return { ...taking, bucket };
    }
    throw new BucketStoreError(CHANGING);
  }

  async settle(key: string, settlement: Settlement): Promise<void> {
    if (settlement.deltaMs === 0 && !settlement.used) return;
    let bucket = this.#seen.get(key) ?? EMPTY_BUCKET;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const update = settlementUpdate(bucket, settlement, this.#storeNow());
      const updated = await this.#update(key, update);
      if (updated.applied) return;
      bucket = updated.bucket;
    }
    throw new BucketStoreError(CHANGING);
  }

  async correct(key: string, times: CorrectionTimes): Promise<CorrectedRate | undefined> {
    const [bucket = EMPTY_BUCKET] = await this.read([key]);
    const nowMs = this.#storeNow();
    const rate = corrected(bucket, nowMs, times.windowMs);
    if (!rate) return undefined;
    const taken = takenByPause(bucket, rate, nowMs, times.burstMs);
    const { applied } = await this.#update(key, rateUpdate(bucket, rate, taken));
    return applied ? rate : undefined;
  }

  async read(keys: readonly string[]): Promise<readonly Bucket[]> {
    return Promise.all(
      keys.map(async (key) => {
        const { Item = {} } = await this.#send((signal) =>
          this.#client.send(
            new GetItemCommand({
              TableName: this.#table,
              Key: bucketItemKey(key),
              ConsistentRead: true,
            }),
            signal,
          ),
        );
        return bucketOf(read(Item));
      }),
    );
  }

  /** Returns the bucket after the update, or as it is if the update's condition does not hold. */
  async #update(key: string, update: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>) {
    try {
      const { Attributes = {} } = await this.#send((signal) =>
        this.#client.send(
          new UpdateItemCommand({
            TableName: this.#table,
            Key: bucketItemKey(key),
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            ...update,
          }),
          signal,
        ),
      );
      return { applied: true, bucket: this.#see(key, Attributes) };
    } catch (error) {
      const cause = error instanceof BucketStoreError ? error.cause : undefined;
      if (!(cause instanceof ConditionalCheckFailedException)) throw error;
      return { applied: false, bucket: this.#see(key, cause.Item ?? {}) };
    }
  }

  #see(key: string, item: Parameters<typeof read>[0]): Bucket {
    const bucket = bucketOf(read(item));
    this.#seen.set(key, bucket);
    return bucket;
  }

  async #send<Output extends object>(
    send: (options: { abortSignal: AbortSignal }) => Promise<Output>,
  ): Promise<Output> {
    const askedAtMs = this.#now();
    try {
      const output = await send({ abortSignal: AbortSignal.timeout(this.#timeoutMs) });
      this.#clock.note(askedAtMs, serverTimeOf(output));
      return output;
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown error';
      throw new BucketStoreError(`dynamodb: ${name}`, { cause: error });
    }
  }
}

const CHANGING = 'dynamodb: the bucket changed at every try';

/** A try fails only if the bucket became spent or free, or its hour changed, since the worker saw it. */
const MOST_TRIES = 5;

function read(item: Parameters<typeof unmarshall>[0]): Record<string, unknown> {
  return unmarshall(item, { wrapNumbers: Number });
}
