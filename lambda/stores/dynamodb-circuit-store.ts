import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import {
  type CircuitStore,
  CircuitStoreError,
  type Expected,
  type Loaded,
  mergedBuckets,
  type StoredRecord,
  type StoreTime,
  type WindowBucket,
  type WindowCounts,
  type WindowSlot,
} from '../core/breaker/circuit-store.ts';
import { conditionOf } from './dynamodb-condition.ts';
import { serverTimeOf, stampWithServerTime } from './dynamodb-server-time.ts';
import { fromWindowItem, periodOf, toWindowUpdate, windowItemKey } from './dynamodb-window-item.ts';

export interface DynamoDbCircuitStoreOptions {
  /** The longest wait for a response, in milliseconds. @default 1,000 */
  readonly timeoutMs?: number;
  /** The window item that this worker writes to, 0 to 3. @default drawn at random */
  readonly shard?: number;
  /**
   * The store's clock, in milliseconds since the Unix epoch.
   * @default the Date header of its responses
   */
  readonly now?: () => number;
}

/**
 * Keeps circuits in a DynamoDB table (layout: `CIRCUITS_TABLE`). The client must have
 * `maxAttempts: 1`: if the SDK retried an addition whose response was lost, the addition would
 * count twice.
 */
export class DynamoDbCircuitStore implements CircuitStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #timeoutMs: number;
  readonly #shard: number;
  readonly #now: (() => number) | undefined;

  constructor(
    client: DynamoDBClient,
    tableName: string,
    options: DynamoDbCircuitStoreOptions = {},
  ) {
    this.#client = client;
    this.#table = tableName;
    this.#timeoutMs = options.timeoutMs ?? 1_000;
    this.#shard = options.shard ?? Math.floor(Math.random() * WINDOW_SHARDS);
    this.#now = options.now;
    stampWithServerTime(this.#client);
  }

  async load(key: string): Promise<Loaded> {
    const output = await this.#send((signal) =>
      this.#client.send(
        new GetItemCommand({
          TableName: this.#table,
          Key: marshall(controlKey(key)),
          ConsistentRead: true,
        }),
        signal,
      ),
    );
    return { record: recordOf(output.Item), storeTime: this.#timeOf(output) };
  }

  async save(key: string, record: StoredRecord, expected: Expected): Promise<boolean> {
    try {
      await this.#send((signal) =>
        this.#client.send(
          new PutItemCommand({
            TableName: this.#table,
            Item: marshall({ ...controlKey(key), ...record }),
            ...conditionOf(expected, record),
          }),
          signal,
        ),
      );
      return true;
    } catch (error) {
      if (error instanceof CircuitStoreError && isFailedCondition(error.cause)) return false;
      throw error;
    }
  }

  async addToWindow(
    key: string,
    epoch: number,
    slot: WindowSlot,
    counts: WindowCounts,
  ): Promise<void> {
    const item = windowItemKey(epoch, periodOf(slot), this.#shard);
    await this.#send((signal) =>
      this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: marshall(itemKey(key, item)),
          ...toWindowUpdate(slot, counts),
        }),
        signal,
      ),
    );
  }

  async readWindow(key: string, epoch: number, slot: WindowSlot): Promise<readonly WindowBucket[]> {
    const output = await this.#send((signal) =>
      this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: '#circuit = :circuit AND #item BETWEEN :first AND :last',
          ExpressionAttributeNames: { '#circuit': CIRCUIT, '#item': ITEM },
          ExpressionAttributeValues: marshall({
            ':circuit': key,
            ':first': windowItemKey(epoch, periodOf(slot)),
            ':last': windowItemKey(epoch, '~'),
          }),
          ConsistentRead: true,
        }),
        signal,
      ),
    );
    const buckets = (output.Items ?? []).flatMap((item) => fromWindowItem(read(item)));
    return mergedBuckets(buckets.filter(({ startMs }) => startMs >= slot.startMs));
  }

  async #send<Output>(send: (options: { abortSignal: AbortSignal }) => Promise<Output>) {
    try {
      return await send({ abortSignal: AbortSignal.timeout(this.#timeoutMs) });
    } catch (error) {
      throw translate(error);
    }
  }

  #timeOf(output: object): StoreTime {
    if (!this.#now) return serverTimeOf(output);
    const nowMs = this.#now();
    return { earliestMs: nowMs, latestMs: nowMs };
  }
}

/** DynamoDB accepts about 1,000 writes a second to one item, so four items share a window's writes. */
const WINDOW_SHARDS = 4;

const CIRCUIT = CIRCUITS_TABLE.partitionKey;
const ITEM = CIRCUITS_TABLE.sortKey;

type Item = Parameters<typeof unmarshall>[0];

function itemKey(key: string, item: string) {
  return { [CIRCUIT]: key, [ITEM]: item };
}

function controlKey(key: string) {
  return itemKey(key, CIRCUITS_TABLE.controlItem);
}

function recordOf(item: Item | undefined): unknown {
  if (!item) return undefined;
  const { [CIRCUIT]: _circuit, [ITEM]: _item, ...record } = read(item);
  return record;
}

/** Converts an item. A number that has too many digits for JavaScript is rounded. */
function read(item: Item): Record<string, unknown> {
  return unmarshall(item, { wrapNumbers: Number });
}

function isFailedCondition(error: unknown): boolean {
  return error instanceof ConditionalCheckFailedException;
}

/** Errors that DynamoDB returns before it changes anything. */
const REFUSALS: readonly string[] = [
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
];

function translate(error: unknown): CircuitStoreError {
  const name = error instanceof Error ? error.name : 'unknown error';
  const applied = REFUSALS.includes(name) ? 'no' : 'unknown';
  return new CircuitStoreError(`dynamodb: ${name}`, applied, { cause: error });
}
