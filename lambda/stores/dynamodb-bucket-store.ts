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
  waitOfTaken,
} from '../core/admission/bucket.ts';
import { type BucketStore, BucketStoreError, type Held } from '../core/admission/bucket-store.ts';
import { bucketOf } from './bucket-fields.ts';
import { bucketItemKey, giveBackUpdate, holdUpdate, rateUpdate } from './dynamodb-bucket-item.ts';
import { serverTimeOf, stampWithServerTime } from './dynamodb-server-time.ts';
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
 * `maxAttempts: 1`: if the SDK repeated a hold whose response was lost, it would be taken twice.
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
      this.#seen.set(key, bucket);
      if (updated.applied) {
        const waitMs = waitOfTaken(bucket.spentUntil, hold, nowMs, terms);
        return { admitted: true, waitMs, bucket };
      }
      const taking = take(bucket, hold, nowMs, terms);
      if (!taking.admitted) return { ...taking, bucket };
    }
    throw new BucketStoreError('dynamodb: the bucket changed at every try');
  }

  async giveBack(key: string, backMs: number): Promise<void> {
    await this.#update(key, giveBackUpdate(backMs));
  }

  async correct(key: string, windowMs: number): Promise<CorrectedRate | undefined> {
    const [bucket = EMPTY_BUCKET] = await this.read([key]);
    const rate = corrected(bucket, this.#storeNow(), windowMs);
    if (!rate) return undefined;
    const { applied } = await this.#update(key, rateUpdate(bucket, rate));
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
      return { applied: true, bucket: bucketOf(read(Attributes)) };
    } catch (error) {
      const cause = error instanceof BucketStoreError ? error.cause : undefined;
      if (!(cause instanceof ConditionalCheckFailedException)) throw error;
      return { applied: false, bucket: bucketOf(read(cause.Item ?? {})) };
    }
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

/** A try fails only if the bucket became spent, or free again, since the worker saw it. */
const MOST_TRIES = 5;

function read(item: Parameters<typeof unmarshall>[0]): Record<string, unknown> {
  return unmarshall(item, { wrapNumbers: Number });
}
