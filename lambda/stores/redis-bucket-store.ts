import { CIRCUITS_TABLE } from '../contract/keys.ts';
import {
  type Bucket,
  type CorrectedRate,
  corrected,
  type Hold,
  RESOURCES,
  type Resource,
  resourcesOf,
  type Terms,
} from '../core/admission/bucket.ts';
import { type BucketStore, BucketStoreError, type Held } from '../core/admission/bucket-store.ts';
import { CORRECT, GIVE_BACK, HOLD, READ } from './redis-bucket-scripts.ts';
import type { RedisCircuitStoreOptions } from './redis-circuit-store.ts';
import { type RedisClient, type RedisFailure, runScript } from './redis-client.ts';

/**
 * Keeps the buckets of quotas in Redis or Valkey, each as a hash `<prefix>{bucket/<key>}`. The client must
 * never send a command twice, because a repeated hold would be taken twice.
 */
export class RedisBucketStore implements BucketStore {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #now: (() => number) | undefined;

  constructor(client: RedisClient, options: RedisCircuitStoreOptions = {}) {
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
    const [bucket, waitMs] = [bucketOf(fields), Number(wait)];
    return admitted === 1
      ? { admitted: true, waitMs, spentUntil: bucket.spentUntil, bucket }
      : { admitted: false, waitMs, bucket };
  }

  async giveBack(key: string, backMs: number): Promise<void> {
    await this.#run(GIVE_BACK, key, SPENT_UNTIL.tokens, backMs);
  }

  async correct(key: string, windowMs: number): Promise<CorrectedRate | undefined> {
    const { nowMs, fields } = await this.#read(key);
    const rate = corrected(bucketOf(fields), nowMs, windowMs);
    if (!rate) return undefined;
    const known = asMap(fields);
    const applied = await this.#run(
      CORRECT,
      key,
      SHARE,
      SHARE_AT,
      known.get(SHARE) ?? '',
      known.get(SHARE_AT) ?? '',
      rate.share,
      rate.atMs,
    );
    return applied === 1 ? rate : undefined;
  }

  async read(keys: readonly string[]): Promise<readonly Bucket[]> {
    return Promise.all(keys.map(async (key) => bucketOf((await this.#read(key)).fields)));
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

/** The fields of a bucket's hash. Times are milliseconds since the Unix epoch. */
const SPENT_UNTIL: Readonly<Record<Resource, string>> = {
  tokens: 'tokensSpentUntil',
  requests: 'requestsSpentUntil',
};
const SHARE = 'share';
const SHARE_AT = 'shareAt';

function asMap(fields: readonly string[]): ReadonlyMap<string, string> {
  const pairs = fields.flatMap((name, i) => (i % 2 ? [] : [[name, fields[i + 1] ?? ''] as const]));
  return new Map(pairs);
}

/** Reads a hash. A field that is not a number counts as absent, so the next hold replaces it. */
function bucketOf(fields: readonly string[]): Bucket {
  const map = asMap(fields);
  const numberIn = (field: string) => {
    const value = Number(map.get(field) || Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  const spentUntil = Object.fromEntries(
    RESOURCES.flatMap((each) => {
      const ms = numberIn(SPENT_UNTIL[each]);
      return ms === undefined ? [] : [[each, ms] as const];
    }),
  );
  const [share = 0, atMs] = [numberIn(SHARE), numberIn(SHARE_AT)];
  const isRate = share > 0 && share <= 1 && atMs !== undefined;
  return { spentUntil, ...(isRate && { rate: { share, atMs } }) };
}
