import { marshall } from '@aws-sdk/util-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import type { TargetFailureKind } from '../contract/words.ts';
import {
  BUCKETS_PER_WINDOW,
  type WindowBucket,
  type WindowCounts,
  type WindowSlot,
} from '../core/breaker/circuit-store.ts';

/**
 * One item holds 60 buckets of one epoch and shard. Its counters have names of a letter and the
 * bucket's number (`s17`: successes of the 18th bucket), as DynamoDB bills each write by the size of
 * the whole item, names included: so a minute of mixed outcomes stays within 1 KB, one unit.
 */
const LETTERS = {
  s: 'success',
  w: 'slow',
  q: 'quota-minute',
  d: 'quota-day',
  c: 'capacity',
  f: 'fault',
  t: 'timeout',
  n: 'network',
} as const satisfies Record<string, 'success' | 'slow' | TargetFailureKind>;

type Letter = keyof typeof LETTERS;

/** The waits that failures asked for, in milliseconds, as a set: the one thing that is no sum. */
const WAITS = 'a';

/** Long after any window ends; deletion is for tidiness alone. */
const KEPT_SECONDS = 86_400;

/** When the item's first bucket starts, in ISO 8601, so that items sort by time. */
export function periodOf({ startMs, bucketMs }: WindowSlot): string {
  return new Date(startMs - (startMs % (bucketMs * BUCKETS_PER_WINDOW))).toISOString();
}

export function windowItemKey(epoch: number, period: string, shard?: number): string {
  const parts = [CIRCUITS_TABLE.windowItemPrefix, epoch, period];
  return [...parts, ...(shard === undefined ? [] : [shard])].join('/');
}

export function toWindowUpdate(slot: WindowSlot, counts: WindowCounts) {
  const { startMs, bucketMs } = slot;
  const periodMs = Date.parse(periodOf(slot));
  const bucket = (startMs - periodMs) / bucketMs;
  const added = [
    ...lettersAndCounts(counts).map(([letter, count]) => [`${letter}${bucket}`, count] as const),
    ...(counts.retryAfterMs
      ? [[`${WAITS}${bucket}`, new Set([counts.retryAfterMs])] as const]
      : []),
  ];
  const { timeToLive } = CIRCUITS_TABLE;
  return {
    UpdateExpression: `ADD ${added.map((_, i) => `#n${i} :n${i}`).join(', ')} SET #bucketMs = :bucketMs, #expiresAt = :expiresAt`,
    ExpressionAttributeNames: {
      ...Object.fromEntries(added.map(([name], i) => [`#n${i}`, name])),
      '#bucketMs': 'bucketMs',
      '#expiresAt': timeToLive,
    },
    ExpressionAttributeValues: marshall({
      ...Object.fromEntries(added.map(([, value], i) => [`:n${i}`, value])),
      ':bucketMs': bucketMs,
      ':expiresAt': Math.ceil(periodMs / 1000) + KEPT_SECONDS,
    }),
  };
}

export function fromWindowItem(item: Readonly<Record<string, unknown>>): WindowBucket[] {
  const periodMs = Date.parse(String(item[CIRCUITS_TABLE.sortKey]).split('/')[2] ?? '');
  const bucketMs = Number(item.bucketMs);
  const buckets = new Map<number, Counting>();
  for (const [name, value] of Object.entries(item)) {
    const [, letter = '', number = ''] = /^([a-z])(\d+)$/.exec(name) ?? [];
    if (number === '') continue;
    const startMs = periodMs + Number(number) * bucketMs;
    const bucket = buckets.get(startMs) ?? { startMs, success: 0, slow: 0, failures: {} };
    buckets.set(startMs, bucket);
    count(bucket, letter, value);
  }
  return [...buckets.values()];
}

interface Counting extends WindowBucket {
  success: number;
  slow: number;
  readonly failures: Partial<Record<TargetFailureKind, number>>;
  retryAfterMs?: number;
}

function count(bucket: Counting, letter: string, value: unknown): void {
  if (letter === WAITS && value instanceof Set) bucket.retryAfterMs = Math.max(...value);
  if (!isLetter(letter)) return;
  const counter = LETTERS[letter];
  if (counter === 'success' || counter === 'slow') bucket[counter] = Number(value);
  else bucket.failures[counter] = Number(value);
}

function isLetter(letter: string): letter is Letter {
  return letter in LETTERS;
}

function lettersAndCounts({ success, slow, failures }: WindowCounts): [Letter, number][] {
  const all: Partial<Record<(typeof LETTERS)[Letter], number>> = { success, slow, ...failures };
  const letters = Object.keys(LETTERS) as Letter[];
  return letters
    .map((letter): [Letter, number] => [letter, all[LETTERS[letter]] ?? 0])
    .filter(([, number]) => number !== 0);
}
