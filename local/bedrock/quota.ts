/**
 * The shapes that a minute of a quota may have; AWS does not document it. `steady`: the quota flows in all
 * the time, and a minute of it can be saved. `fixed`: each minute begins with the whole quota.
 */
export const MINUTE_SHAPES = ['steady', 'fixed'] as const;
export type MinuteShape = (typeof MINUTE_SHAPES)[number];

/** The limits of a quota. An absent limit limits nothing. */
export interface QuotaLimits {
  /** @default steady */
  readonly minuteShape?: MinuteShape;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** What another user of the same account takes of the quota all the time. @default 0 */
  readonly outsideRequestsPerMinute?: number;
  /** @default 0 */
  readonly outsideTokensPerMinute?: number;
}

/** The tokens of a call; reads from the cache cost no quota. */
export interface Usage {
  /** Input tokens with those that are written to the cache. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * A bucket of requests and one of tokens. A call holds its input tokens and
 * maxTokens when it starts. When it ends, it is charged for the tokens it used, output with its
 * burndown, as in Bedrock (User Guide, "How tokens are counted in Amazon Bedrock"). A refused call
 * takes nothing.
 */
export class Quota {
  readonly #requests: MinuteBucket;
  readonly #tokens: MinuteBucket;

  constructor(limits: QuotaLimits, minuteMs: number, nowMs: number) {
    const { requestsPerMinute, outsideRequestsPerMinute } = limits;
    const { tokensPerMinute, outsideTokensPerMinute } = limits;
    const bucket = (capacity = Infinity, outside = 0) =>
      limits.minuteShape === 'fixed'
        ? new FixedMinute(capacity - outside, minuteMs, nowMs)
        : new RefillingBucket(perMs(capacity, outside, minuteMs), nowMs);
    this.#requests = bucket(requestsPerMinute, outsideRequestsPerMinute);
    this.#tokens = bucket(tokensPerMinute, outsideTokensPerMinute);
  }

  /** Returns what is used up, or undefined if the call holds its tokens now. */
  hold(tokens: number, nowMs: number): 'requests' | 'tokens' | undefined {
    if (this.#requests.level(nowMs) < 1) return 'requests';
    if (this.#tokens.level(nowMs) < tokens) return 'tokens';
    this.#requests.take(1, nowMs);
    this.#tokens.take(tokens, nowMs);
    return undefined;
  }

  /** Gives the hold back, and takes what the call used. */
  settle(heldTokens: number, usedTokens: number, nowMs: number): void {
    this.#tokens.take(usedTokens - heldTokens, nowMs);
  }
}

/** The tokens that a source Region may use in a day, of all its models together. They do not refill. */
export class DayQuota {
  readonly #tokensPerDay: number;
  readonly #dayMs: number;
  #dayStartMs: number;
  #used = 0;

  constructor(tokensPerDay: number, dayMs: number, nowMs: number) {
    this.#tokensPerDay = tokensPerDay;
    this.#dayMs = dayMs;
    this.#dayStartMs = nowMs;
  }

  isUsedUp(nowMs: number): boolean {
    const days = Math.floor((nowMs - this.#dayStartMs) / this.#dayMs);
    if (days > 0) {
      this.#dayStartMs += days * this.#dayMs;
      this.#used = 0;
    }
    return this.#used >= this.#tokensPerDay;
  }

  use(tokens: number): void {
    this.#used += tokens;
  }
}

interface Flow {
  readonly capacity: number;
  readonly refillPerMs: number;
  readonly outsidePerMs: number;
}

function perMs(capacity: number, outside: number, minuteMs: number): Flow {
  return { capacity, refillPerMs: capacity / minuteMs, outsidePerMs: outside / minuteMs };
}

type MinuteBucket = Pick<RefillingBucket, 'level' | 'take'>;

/** A bucket that is full at the start of each minute; a debt stays. */
class FixedMinute implements MinuteBucket {
  readonly #capacity: number;
  readonly #minuteMs: number;
  #startMs: number;
  #level: number;

  constructor(capacity: number, minuteMs: number, nowMs: number) {
    this.#capacity = capacity;
    this.#minuteMs = minuteMs;
    this.#startMs = nowMs;
    this.#level = capacity;
  }

  level(nowMs: number): number {
    const minutes = Math.floor((nowMs - this.#startMs) / this.#minuteMs);
    if (minutes > 0) {
      this.#startMs += minutes * this.#minuteMs;
      this.#level = Math.min(0, this.#level) + this.#capacity;
    }
    return this.#level;
  }

  /** What a call gives back counts for the minute in which it ends. */
  take(amount: number, nowMs: number): void {
    this.#level = Math.min(this.#capacity, this.level(nowMs) - amount);
  }
}

class RefillingBucket {
  readonly #flow: Flow;
  #level: number;
  #levelAtMs: number;

  constructor(flow: Flow, nowMs: number) {
    this.#flow = flow;
    this.#level = flow.capacity;
    this.#levelAtMs = nowMs;
  }

  /** The level. The outside user takes its part as long as anything is there. */
  level(nowMs: number): number {
    const { capacity, refillPerMs, outsidePerMs } = this.#flow;
    if (capacity === Infinity) return Infinity;
    const elapsedMs = nowMs - this.#levelAtMs;
    const debtMs = Math.min(elapsedMs, Math.max(0, -this.#level) / refillPerMs);
    const level = this.#level + debtMs * refillPerMs;
    const sharedMs = elapsedMs - debtMs;
    const changed = level + sharedMs * (refillPerMs - outsidePerMs);
    return Math.min(capacity, level < 0 ? level : Math.max(0, changed));
  }

  /**
   * Takes an amount from the bucket, or returns a negative one to it. The level falls below 0 if a
   * call used more than it held.
   */
  take(amount: number, nowMs: number): void {
    this.#level = Math.min(this.#flow.capacity, this.level(nowMs) - amount);
    this.#levelAtMs = nowMs;
  }
}
