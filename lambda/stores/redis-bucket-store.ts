import { CIRCUITS_TABLE } from '../contract/keys.ts';
import {
  type Bucket,
  type CorrectedRate,
  corrected,
  type Hold,
  resourcesOf,
  type Terms,
  takenByPause,
} from '../core/admission/bucket.ts';
import {
  type BucketStore,
  BucketStoreError,
  type CorrectionTimes,
  type Held,
} from '../core/admission/bucket-store.ts';
import { oldestKeptHour } from '../core/admission/hourly-tokens.ts';
import type { Settlement } from '../core/admission/settlement.ts';
import {
  bucketOf,
  PAUSE,
  PAUSED_UNTIL,
  SHARE,
  SHARE_AT,
  SPENT_UNTIL,
  USED,
} from './bucket-fields.ts';
import { CORRECT, HOLD, READ, SETTLE } from './redis-bucket-scripts.ts';
import {
  type RedisClient,
  type RedisFailure,
  type RedisStoreOptions,
  runScript,
} from './redis-client.ts';

/**
 * Keeps the buckets of quotas in Redis or Valkey, each as a hash `<prefix>{bucket/<key>}`. The client must
 * never send a command twice, because a repeated write would count twice.
 */
export class RedisBucketStore implements BucketStore {
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

  async hold(key: string, hold: Hold, terms: Terms): Promise<Held> {
    const taken = resourcesOf(hold).flatMap((each) => [SPENT_UNTIL[each], hold[each] ?? 0]);
    const { burstMs, patienceMs } = terms;
    const held = await this.#run(HOLD, key, burstMs, patienceMs, ...taken);
    const [admitted, wait, fields] = held as [number, string, string[]];
    return { admitted: admitted === 1, waitMs: Number(wait), bucket: bucketIn(fields) };
  }

  async settle(key: string, { deltaMs, used }: Settlement): Promise<void> {
    const counted = used
      ? [used.tokens, `${USED}${used.hour}`, USED, `${USED}${oldestKeptHour(used.hour)}`]
      : [];
    await this.#run(SETTLE, key, SPENT_UNTIL.tokens, deltaMs, ...counted);
  }

  async correct(key: string, times: CorrectionTimes): Promise<CorrectedRate | undefined> {
    const { nowMs, fields } = await this.#read(key);
    const bucket = bucketIn(fields);
    const rate = corrected(bucket, nowMs, times.windowMs);
    if (!rate) return undefined;
    const known = asMap(fields);
    const asRead = [SHARE, PAUSED_UNTIL].flatMap((field) => [field, known.get(field) ?? '']);
    const { share, atMs, pausedUntilMs, pauseMs } = rate;
    const set = [SHARE, share, SHARE_AT, atMs, PAUSED_UNTIL, pausedUntilMs, PAUSE, pauseMs];
    const taken = takenByPause(bucket, rate, nowMs, times.burstMs);
    const added = resourcesOf(taken).flatMap((each) => [SPENT_UNTIL[each], taken[each] ?? 0]);
    const applied = await this.#run(CORRECT, key, ...asRead, set.length / 2, ...set, ...added);
    return applied === 1 ? rate : undefined;
  }

  async read(keys: readonly string[]): Promise<readonly Bucket[]> {
    return Promise.all(keys.map(async (key) => bucketIn((await this.#read(key)).fields)));
  }

  async #read(key: string) {
    const [now, fields] = (await this.#run(READ, key)) as [string, string[]];
    return { nowMs: Number(now), fields };
  }

  async #run(script: string, key: string, ...values: (string | number)[]): Promise<unknown> {
    const name = `${this.#prefix}{${CIRCUITS_TABLE.bucketPrefix}${key}}`;
    const now = this.#now?.() ?? '';
    try {
      return await runScript(this.#client, this.#timeoutMs, script, [name], [now, ...values]);
    } catch (error) {
      const { message, cause } = error as RedisFailure;
      throw new BucketStoreError(message, { cause });
    }
  }
}

/** A hash as Redis returns it: names and values in turn. */
function asMap(hash: readonly string[]): ReadonlyMap<string, string> {
  const pairs = hash.flatMap((name, i) => (i % 2 ? [] : [[name, hash[i + 1] ?? ''] as const]));
  return new Map(pairs);
}

function bucketIn(hash: readonly string[]): Bucket {
  const numbers = [...asMap(hash)].map(([name, text]) => [name, Number(text || Number.NaN)]);
  return bucketOf(Object.fromEntries(numbers));
}
