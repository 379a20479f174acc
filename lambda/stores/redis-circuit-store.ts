import { CIRCUITS_TABLE } from '../contract/keys.ts';
import {
  BUCKETS_PER_WINDOW,
  type CircuitStore,
  CircuitStoreError,
  type Expected,
  type Loaded,
  mergedBuckets,
  type StoredRecord,
  type WindowBucket,
  type WindowCounts,
  type WindowSlot,
} from '../core/breaker/circuit-store.ts';
import { isoTime } from '../core/clock.ts';
import {
  type RedisClient,
  type RedisFailure,
  type RedisStoreOptions,
  runScript,
} from './redis-client.ts';
import { ADD_TO_WINDOW, LOAD, READ_WINDOW, SAVE } from './redis-scripts.ts';

/**
 * Keeps circuits in Redis or Valkey. The record is JSON in `<prefix>{<circuit>}/control`. The
 * counts of an epoch are a hash in `<prefix>{<circuit>}/window/<epoch>`, with one field per bucket
 * and counter. The client must never send a command twice
 * (ioredis: `autoResendUnfulfilledCommands: false`), because a repeated addition would count twice.
 */
export class RedisCircuitStore implements CircuitStore {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #now: (() => number) | undefined;

  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    this.#client = client;
    this.#prefix = options.prefix ?? 'holdfast/';
    this.#timeoutMs = options.timeoutMs ?? 1_000;
    this.#now = options.now;
  }

  async load(key: string): Promise<Loaded> {
    const [text, [seconds, microseconds]] = (await this.#run(LOAD, [this.#controlKey(key)])) as [
      string | null,
      [string, string],
    ];
    const nowMs = this.#now?.() ?? Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    const record = text === null ? undefined : parsed(text);
    return { record, storeTime: { earliestMs: nowMs, latestMs: nowMs } };
  }

  async save(key: string, record: StoredRecord, expected: Expected): Promise<boolean> {
    const saved = await this.#run(
      SAVE,
      [this.#controlKey(key)],
      JSON.stringify(record),
      ...expectation(expected),
    );
    return saved === 1;
  }

  async addToWindow(
    key: string,
    epoch: number,
    slot: WindowSlot,
    counts: WindowCounts,
  ): Promise<void> {
    const bucket = isoTime(slot.startMs);
    const oldest = isoTime(slot.startMs - 2 * BUCKETS_PER_WINDOW * slot.bucketMs);
    const { failures, retryAfterMs = 0, ...sums } = counts;
    const counters = Object.entries({ ...sums, ...failures }).filter(([, count]) => count !== 0);
    await this.#run(
      ADD_TO_WINDOW,
      [this.#windowKey(key, epoch)],
      KEPT_MS,
      oldest,
      `${bucket} ${RETRY_AFTER}`,
      retryAfterMs,
      ...counters.flatMap(([name, count]) => [`${bucket} ${name}`, count]),
    );
  }

  async readWindow(key: string, epoch: number, slot: WindowSlot): Promise<readonly WindowBucket[]> {
    const first = isoTime(slot.startMs);
    const fields = (await this.#run(READ_WINDOW, [this.#windowKey(key, epoch)])) as string[];
    const counts = fields
      .flatMap((field, i) => (i % 2 === 0 ? [countOf(field, fields[i + 1])] : []))
      .filter(({ bucket }) => bucket >= first);
    return mergedBuckets(counts.map(bucketOf));
  }

  async #run(script: string, keys: string[], ...values: (string | number)[]): Promise<unknown> {
    try {
      return await runScript(this.#client, this.#timeoutMs, script, keys, values);
    } catch (error) {
      const { message, applied, cause } = error as RedisFailure;
      throw new CircuitStoreError(message, applied, { cause });
    }
  }

  #controlKey(key: string): string {
    return `${this.#prefix}{${key}}/${CIRCUITS_TABLE.controlItem}`;
  }

  #windowKey(key: string, epoch: number): string {
    return `${this.#prefix}{${key}}/${CIRCUITS_TABLE.windowItemPrefix}/${epoch}`;
  }
}

/** The time to live of an epoch's counts, renewed by each addition. Longer than any window. */
const KEPT_MS = 2 * 3_600_000;

/** The only field of a bucket that is not a sum. */
const RETRY_AFTER = 'retryAfterMs';

/** The counters of a bucket that are not failure kinds. */
const NAMED: readonly string[] = [
  'success',
  'slow',
  'provisional',
  'announced',
  'firstTokenMs',
  RETRY_AFTER,
];

function expectation(expected: Expected): [kind: string, text: string] {
  if (expected === 'absent') return ['absent', ''];
  if ('version' in expected) return ['version', String(expected.version)];
  return ['raw', JSON.stringify(expected.raw)];
}

/** Parses JSON. Returns other text unchanged; the caller then finds that it is not a circuit. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface Count {
  readonly bucket: string;
  readonly name: string;
  readonly count: number;
}

function countOf(field: string, value: string | undefined): Count {
  const [bucket = '', name = ''] = field.split(' ');
  return { bucket, name, count: Number(value) };
}

function bucketOf({ bucket, name, count }: Count): WindowBucket {
  const empty = { startMs: Date.parse(bucket), success: 0, slow: 0, failures: {} };
  return NAMED.includes(name)
    ? { ...empty, [name]: count }
    : { ...empty, failures: { [name]: count } };
}
