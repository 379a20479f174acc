import { marshall } from '@aws-sdk/util-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import type { TargetFailureKind } from '../contract/words.ts';
import {
  BUCKETS_PER_WINDOW,
  type WindowBucket,
  type WindowCounts,
  type WindowSlot,
} from '../core/breaker/circuit-store.ts';

/** A counter of a bucket. */
type Counter = OwnCounter | TargetFailureKind;

/** A counter that is not a failure kind. */
type OwnCounter = 'success' | 'slow' | 'provisional' | 'announced' | 'firstTokenMs';

/**
 * One item holds 60 buckets of one epoch and shard. The name of a counter is a letter and the number
 * of its bucket (`s17`: the successes of bucket 17). DynamoDB bills each write by the size of the whole
 * item, names included, so short names keep a minute of mixed outcomes within one write unit of 1 KB.
 * The type requires a letter for every counter, so a new failure kind does not compile without one.
 */
const LETTERS: Readonly<Record<Counter, string>> = {
  success: 's',
  slow: 'w',
  provisional: 'p',
  announced: 'i',
  firstTokenMs: 'm',
  'quota-minute': 'q',
  'quota-day': 'd',
  capacity: 'c',
  fault: 'f',
  timeout: 't',
  network: 'n',
  'broken-stream': 'b',
  'model-error': 'e',
  config: 'g',
};

const COUNTERS = Object.keys(LETTERS) as readonly Counter[];

const OWN_COUNTERS: readonly OwnCounter[] = [
  'success',
  'slow',
  'provisional',
  'announced',
  'firstTokenMs',
];

/**
 * The attribute for the waits that failed calls asked for, in milliseconds. It is a set, because
 * waits are not summed.
 */
const WAITS = 'a';

/** The time to live of an item: longer than any window, because deletion only frees storage. */
const KEPT_SECONDS = 86_400;

/** The start of the item's first bucket in ISO 8601, so that items sort by time. */
export function periodOf({ startMs, bucketMs }: WindowSlot): string {
  return new Date(startMs - (startMs % (bucketMs * BUCKETS_PER_WINDOW))).toISOString();
}

/** Without a shard, returns a key that sorts before those of the period's shards. */
export function windowItemKey(epoch: number, period: string, shard: number | '' = ''): string {
  return [CIRCUITS_TABLE.windowItemPrefix, epoch, period, shard].join('/');
}

export function toWindowUpdate(slot: WindowSlot, counts: WindowCounts) {
  const { startMs, bucketMs } = slot;
  const periodMs = Date.parse(periodOf(slot));
  const bucket = (startMs - periodMs) / bucketMs;
  const added = [
    ...countsByLetter(counts).map(([letter, count]) => [`${letter}${bucket}`, count] as const),
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
  const buckets = new Map<number, MutableBucket>();
  for (const [name, value] of Object.entries(item)) {
    const [, letter = '', number = ''] = /^([a-z])(\d+)$/.exec(name) ?? [];
    if (number === '') continue;
    const startMs = periodMs + Number(number) * bucketMs;
    const bucket = buckets.get(startMs) ?? { startMs, success: 0, slow: 0, failures: {} };
    buckets.set(startMs, bucket);
    setCounter(bucket, letter, value);
  }
  return [...buckets.values()];
}

interface MutableBucket extends WindowBucket {
  success: number;
  slow: number;
  provisional?: number;
  announced?: number;
  firstTokenMs?: number;
  readonly failures: Partial<Record<TargetFailureKind, number>>;
  retryAfterMs?: number;
}

function setCounter(bucket: MutableBucket, letter: string, value: unknown): void {
  if (letter === WAITS && value instanceof Set) bucket.retryAfterMs = Math.max(...value);
  const counter = COUNTERS.find((known) => LETTERS[known] === letter);
  if (counter === undefined) return;
  if (isOwn(counter)) bucket[counter] = Number(value);
  else bucket.failures[counter] = Number(value);
}

function isOwn(counter: Counter): counter is OwnCounter {
  return (OWN_COUNTERS as readonly Counter[]).includes(counter);
}

function countsByLetter({ failures, ...own }: WindowCounts): [string, number][] {
  const counts: Partial<Record<Counter, number>> = { ...own, ...failures };
  return COUNTERS.map((counter): [string, number] => [
    LETTERS[counter],
    counts[counter] ?? 0,
  ]).filter(([, count]) => count !== 0);
}
