import type { Clock } from '../../lambda/core/clock.ts';

/** Time that moves only by `advance`; a sleeper wakes when its time is passed. */
export class FakeClock implements Clock {
  #nowMs: number;
  /** Work outside this process that time has to wait for. */
  isBusy: () => boolean = () => false;
  /** By time; who came first is first among equals. */
  readonly #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  constructor(startMs = Date.UTC(2026, 0, 15, 12)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    const atMs = this.#nowMs + ms;
    const before = this.#sleepers.findLastIndex((sleeper) => sleeper.atMs <= atMs);
    return new Promise((wake) => this.#sleepers.splice(before + 1, 0, { atMs, wake }));
  }

  /** Wakes the sleepers on the way in order, each with the work that follows it. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await this.#settled();
      const [next] = this.#sleepers;
      if (!next || next.atMs > endMs) break;
      this.#sleepers.shift();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
    this.#nowMs = endMs;
    await this.#settled();
  }

  /** Sets the time without waking anybody, as a clock that is corrected does. */
  step(ms: number): void {
    this.#nowMs += ms;
  }

  /** Lets all work that waits for no time run to its end. */
  async #settled(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.isBusy());
  }
}
