/** The limits of an account's quota for one target. */
export interface QuotaLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** The quota tokens that one output token costs; Claude 4 models have 5. @default 1 */
  readonly burndownRate?: number;
  /** The length of this quota's minute; a test sets a short one. @default 60 */
  readonly minuteSeconds?: number;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * A request bucket and a token bucket that refill steadily. A call reserves its input tokens and
 * maxTokens when it starts. When it ends, it is charged for the tokens it used, as in Bedrock (User
 * Guide, "How tokens are counted in Amazon Bedrock"). A refused call takes nothing.
 */
export class Quota {
  readonly #requests: Bucket;
  readonly #tokens: Bucket;
  readonly #burndownRate: number;

  constructor(limits: QuotaLimits, nowMs: number) {
    const minuteMs = (limits.minuteSeconds ?? 60) * 1000;
    this.#requests = new Bucket(limits.requestsPerMinute ?? Infinity, minuteMs, nowMs);
    this.#tokens = new Bucket(limits.tokensPerMinute ?? Infinity, minuteMs, nowMs);
    this.#burndownRate = limits.burndownRate ?? 1;
  }

  /** Returns the exhausted bucket, or undefined if the reservation is made. */
  reserve(tokens: number, nowMs: number): 'requests' | 'tokens' | undefined {
    if (this.#requests.level(nowMs) < 1) return 'requests';
    if (this.#tokens.level(nowMs) < tokens) return 'tokens';
    this.#requests.take(1, nowMs);
    this.#tokens.take(tokens, nowMs);
    return undefined;
  }

  settle(reservedTokens: number, used: Usage, nowMs: number): void {
    const spent = used.inputTokens + this.#burndownRate * used.outputTokens;
    this.#tokens.take(spent - reservedTokens, nowMs);
  }
}

class Bucket {
  readonly #capacity: number;
  readonly #refillPerMs: number;
  #level: number;
  #levelAtMs: number;

  constructor(capacity: number, minuteMs: number, nowMs: number) {
    this.#capacity = capacity;
    this.#refillPerMs = capacity / minuteMs;
    this.#level = capacity;
    this.#levelAtMs = nowMs;
  }

  level(nowMs: number): number {
    if (this.#capacity === Infinity) return Infinity;
    const refilled = this.#level + (nowMs - this.#levelAtMs) * this.#refillPerMs;
    return Math.min(this.#capacity, refilled);
  }

  /**
   * Takes an amount from the bucket, or returns a negative one to it. The level falls below 0 if a
   * call used more than it reserved.
   */
  take(amount: number, nowMs: number): void {
    this.#level = Math.min(this.#capacity, this.level(nowMs) - amount);
    this.#levelAtMs = nowMs;
  }
}
