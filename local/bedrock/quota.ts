/** An account's quota for one target: a request bucket and a token bucket that refill steadily. */
export interface QuotaLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** What an output token takes from the quota when the call ends; Claude 4 models have 5. @default 1 */
  readonly burndownRate?: number;
  /** Length of this quota's minute, so that a test need not wait for a real one. @default 60 */
  readonly minuteSeconds?: number;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * Reserves input + maxTokens when a call starts and settles what it used when it ends, as Bedrock
 * does (User Guide, "How tokens are counted in Amazon Bedrock"). A refused call takes nothing.
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

  /** What is short, or undefined when the reservation is made. */
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

  /** A negative amount gives back. The level may fall below 0: settling can cost more than was reserved. */
  take(amount: number, nowMs: number): void {
    this.#level = Math.min(this.#capacity, this.level(nowMs) - amount);
    this.#levelAtMs = nowMs;
  }
}
