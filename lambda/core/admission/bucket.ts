import type { HourlyTokens } from './hourly-tokens.ts';

/**
 * A quota per minute that many workers share. Each resource of it is one number, the time until which
 * it is spent; the quota that flows in is the passing of time (GCRA, the virtual-scheduling form of a
 * token bucket: ITU-T I.371). A hold nobody gives back decays by itself.
 */

export const RESOURCES = ['tokens', 'requests'] as const;
export type Resource = (typeof RESOURCES)[number];

/** The state of a bucket. Times are milliseconds since the Unix epoch, by the store's clock. */
export interface Bucket {
  /** A resource that was never used is absent. */
  readonly spentUntil: Readonly<Partial<Record<Resource, number>>>;
  /** What throttles have left of the rate; absent: all of it. */
  readonly rate?: CorrectedRate;
  /** What calls have used in the last hours; absent: nothing. */
  readonly usedTokens?: HourlyTokens;
}

/** A bucket that was never used. */
export const EMPTY_BUCKET: Bucket = { spentUntil: {} };

/** What throttles of calls that the bucket had admitted have shown. */
export interface CorrectedRate {
  /** A share of the quota, above 0 and at most 1. */
  readonly share: number;
  /** When the share was set. */
  readonly atMs: number;
  /** No call is made before this time … */
  readonly pausedUntilMs: number;
  /** … which came this long after the last throttle. */
  readonly pauseMs: number;
}

/**
 * What a call takes: the milliseconds in which the quota makes up for it. A resource without a quota
 * is absent.
 */
export type Hold = Readonly<Partial<Record<Resource, number>>>;

/** How far ahead of the time a hold may spend the bucket, in milliseconds. */
export interface Terms {
  /** A hold within the burst is for now. */
  readonly burstMs: number;
  /** A hold beyond the burst is booked: for the time when its turn comes, at most this much later. */
  readonly patienceMs: number;
}

/**
 * A bucket is never spent this far beyond the present, in milliseconds: even a huge call takes a small
 * quota less than a week. A later time was written by hand, for instance in another unit.
 */
export const FARTHEST_MS = 7 * 24 * 3_600_000;

export type Taking =
  /** The call may be made in `waitMs`; 0 means now. */
  | { readonly admitted: true; readonly waitMs: number; readonly spentUntil: Bucket['spentUntil'] }
  /** A hold on these terms is admitted in `waitMs`, if nobody else takes from the bucket until then. */
  | { readonly admitted: false; readonly waitMs: number };

/**
 * Takes a hold from the bucket if any of its burst is free, or will be free within the patience. So the
 * last hold may exceed the burst: the overshoot is at most one hold, and a large hold waits no longer
 * than a small one. Booked holds come in the order in which they were taken.
 */
export function take(bucket: Bucket, hold: Hold, nowMs: number, terms: Terms): Taking {
  const waitMs = waitOf(bucket.spentUntil, hold, nowMs, terms);
  if (waitMs > terms.patienceMs) return { admitted: false, waitMs: waitMs - terms.patienceMs };
  const taken = resourcesOf(hold).map((each) => {
    const fromMs = Math.max(nowMs, spentUntilOf(bucket.spentUntil, each, nowMs));
    return [each, fromMs + (hold[each] ?? 0)] as const;
  });
  const spentUntil = { ...bucket.spentUntil, ...Object.fromEntries(taken) };
  return { admitted: true, waitMs, spentUntil };
}

/** Returns the wait of a hold that was taken, given what the bucket is spent to afterwards. */
export function waitOfTaken(
  spentUntil: Bucket['spentUntil'],
  hold: Hold,
  nowMs: number,
  terms: Terms,
): number {
  const before = resourcesOf(hold).map((each) => [
    each,
    (spentUntil[each] ?? 0) - (hold[each] ?? 0),
  ]);
  return waitOf(Object.fromEntries(before), hold, nowMs, terms);
}

/** Returns the whole milliseconds until any of the burst is free of each resource. */
function waitOf(
  spentUntil: Bucket['spentUntil'],
  hold: Hold,
  nowMs: number,
  { burstMs }: Terms,
): number {
  const waits = resourcesOf(hold).map(
    (each) => spentUntilOf(spentUntil, each, nowMs) - nowMs - burstMs,
  );
  const longestMs = Math.max(...waits);
  return longestMs < 0 ? 0 : Math.floor(longestMs) + 1;
}

/** Returns the time until which a resource is spent. A time that nobody can have meant counts as none. */
export function spentUntilOf(
  spentUntil: Bucket['spentUntil'],
  resource: Resource,
  nowMs: number,
): number {
  const untilMs = spentUntil[resource] ?? 0;
  return untilMs > nowMs + FARTHEST_MS ? 0 : untilMs;
}

/** Returns the resources that a hold takes. */
export function resourcesOf(hold: Hold): readonly Resource[] {
  return RESOURCES.filter((each) => hold[each] !== undefined);
}

/** A throttle of an admitted call leaves this share of the rate … */
const AFTER_THROTTLE = 0.8;
/** … but never less than this … */
const LEAST_SHARE = 0.1;
/** … and the rate gains this share of the quota in each minute. */
const GAIN_PER_MINUTE = 0.05;

/** Returns the share of the quota that is in force, above 0 and at most 1. */
export function shareOf(bucket: Bucket, nowMs: number): number {
  const rate = rateOf(bucket, nowMs);
  if (!rate) return 1;
  const minutes = Math.max(0, nowMs - rate.atMs) / 60_000;
  return Math.min(1, rate.share + GAIN_PER_MINUTE * minutes);
}

/** A rate of the far future was written by hand, and would stay for ever. */
function rateOf({ rate }: Bucket, nowMs: number): CorrectedRate | undefined {
  const farthestMs = nowMs + FARTHEST_MS;
  return rate && rate.atMs <= farthestMs && rate.pausedUntilMs <= farthestMs ? rate : undefined;
}

/** The first pause is this part of the window, and each later one within a window is twice as long, … */
const FIRST_PAUSE = 1 / 24;
/** … up to this part of it. */
const LONGEST_PAUSE = 1 / 2;

/**
 * Returns the rate after Bedrock throttled a call that the bucket had admitted; undefined during a pause,
 * because all calls in flight show the same shortage. The rate is lowered once in a window; the pause keeps
 * further calls from the same throttle, because the true quota may be empty until its minute is over.
 */
export function corrected(
  bucket: Bucket,
  nowMs: number,
  windowMs: number,
): CorrectedRate | undefined {
  const rate = rateOf(bucket, nowMs);
  if (rate && nowMs < rate.pausedUntilMs) return undefined;
  const isAgain = rate !== undefined && nowMs < rate.pausedUntilMs + windowMs;
  const doubledMs = Math.min(2 * (rate?.pauseMs ?? 0), LONGEST_PAUSE * windowMs);
  const pauseMs = isAgain ? doubledMs : FIRST_PAUSE * windowMs;
  const pause = { pausedUntilMs: nowMs + pauseMs, pauseMs };
  if (rate && nowMs < rate.atMs + windowMs) return { ...rate, ...pause };
  const share = Math.max(LEAST_SHARE, AFTER_THROTTLE * shareOf(bucket, nowMs));
  return { share, atMs: nowMs, ...pause };
}

/** Returns the length of a pause that goes on, in milliseconds; 0 if there is none. */
export function pauseOf(bucket: Bucket, nowMs: number): number {
  const { pausedUntilMs = 0, pauseMs = 0 } = rateOf(bucket, nowMs) ?? {};
  return nowMs < pausedUntilMs ? pauseMs : 0;
}

/**
 * Returns what a pause takes from each resource of a bucket, in milliseconds of its quota: the rest of the
 * burst, because the true quota is empty, and what flows in during the pause.
 */
export function takenByPause(
  { spentUntil }: Bucket,
  { pauseMs }: Pick<CorrectedRate, 'pauseMs'>,
  nowMs: number,
  burstMs: number,
): Hold {
  const taken = RESOURCES.flatMap((each) => {
    const spentMs = spentUntil[each];
    return spentMs === undefined || spentMs > nowMs + FARTHEST_MS
      ? []
      : [[each, pauseMs + Math.max(0, nowMs + burstMs - spentMs)] as const];
  });
  return Object.fromEntries(taken);
}

/** Returns the times until which the resources are spent after more is taken from some of them. */
export function spentAfter(spentUntil: Bucket['spentUntil'], taken: Hold): Bucket['spentUntil'] {
  const sums = resourcesOf(taken).map((each) => [
    each,
    (spentUntil[each] ?? 0) + (taken[each] ?? 0),
  ]);
  return { ...spentUntil, ...Object.fromEntries(sums) };
}
