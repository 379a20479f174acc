import type { StoreTime } from '../core/breaker/circuit-store.ts';

/** The drift between two clocks that is allowed for, in milliseconds per second. */
const DRIFT = 0.2;

/**
 * Estimates the clock of a server whose responses show whole seconds. Each response allows a range of
 * offsets, and the ranges of several responses leave a narrower one. Of these offsets, the one closest to
 * 0 is used.
 */
export class ServerClock {
  readonly #now: () => number;
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;
  #notedAtMs = 0;

  /** @param now this machine's clock, in milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns the server's time, in milliseconds since the Unix epoch. */
  now(): number {
    return this.#now() + Math.min(Math.max(0, this.#least), this.#most);
  }

  /** Notes the time of a response to a request that was sent at `askedAtMs` by this machine's clock. */
  note(askedAtMs: number, { earliestMs, latestMs }: StoreTime): void {
    const nowMs = this.#now();
    const drift = (DRIFT * (nowMs - this.#notedAtMs)) / 1000;
    const least = Math.max(this.#least - drift, earliestMs - nowMs);
    const most = Math.min(this.#most + drift, latestMs - askedAtMs);
    this.#notedAtMs = nowMs;
    // Ranges that exclude each other mean that a clock was set: the newer one counts.
    const agree = least <= most;
    this.#least = agree ? least : earliestMs - nowMs;
    this.#most = agree ? most : latestMs - askedAtMs;
  }
}
