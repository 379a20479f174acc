import type { Clock } from '../../lambda/core/clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that moves only when a test calls `advance`, which also wakes the sleepers whose time has come. */
export class FakeClock implements Clock {
  #nowMs: number;
  /** True while work outside this process is in flight; `advance` waits for it. */
  isBusy: () => boolean = () => false;
  /** The sleepers, sorted by the time at which they wake, then by arrival. */
  readonly #sleepers: Sleeper[] = [];

  constructor(startMs = Date.UTC(2026, 0, 15, 12)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    const atMs = this.#nowMs + ms;
    const before = this.#sleepers.findLastIndex((sleeper) => sleeper.atMs <= atMs);
    return new Promise((wake) => {
      const sleeper = { atMs, wake };
      this.#sleepers.splice(before + 1, 0, sleeper);
      signal?.addEventListener('abort', () => this.#wakeEarly(sleeper), { once: true });
    });
  }

  #wakeEarly(sleeper: Sleeper): void {
    const index = this.#sleepers.indexOf(sleeper);
    if (index < 0) return;
    this.#sleepers.splice(index, 1);
    sleeper.wake();
  }

  /** Wakes the sleepers in order of time and lets the work of each one finish before the next. */
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

  /** Sets the clock without waking sleepers, like a correction of the system time. */
  step(ms: number): void {
    this.#nowMs += ms;
  }

  /** Resolves when all work has either ended or called `sleep`. */
  async #settled(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.isBusy());
  }
}
