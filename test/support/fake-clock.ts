import type { Clock } from '../../lambda/core/clock.ts';

interface Sleeper {
  readonly atMs: number;
  /** The position in the order of arrival. */
  readonly order: number;
  readonly wake: () => void;
  isAwake: boolean;
}

/** A clock that moves only when a test calls `advance`, which also wakes the sleepers whose time has come. */
export class FakeClock implements Clock {
  #nowMs: number;
  /** True while work outside this process is in flight; `advance` waits for it. */
  isBusy: () => boolean = () => false;
  readonly #sleepers = new SleeperHeap();
  #arrivals = 0;

  constructor(startMs = Date.UTC(2026, 0, 15, 12)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', wakeEarly);
        resolve();
      };
      const sleeper = { atMs: this.#nowMs + ms, order: this.#arrivals++, wake, isAwake: false };
      const wakeEarly = () => {
        sleeper.isAwake = true;
        wake();
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wakeEarly);
    });
  }

  /** Wakes the sleepers in order of time and lets the work of each one finish before the next. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await this.#settled();
      const next = this.#sleepers.first();
      if (!next || next.atMs > endMs) break;
      this.#sleepers.removeFirst();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.isAwake = true;
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

/**
 * The sleepers as a binary heap, ordered by the time at which they wake, then by arrival. A sleeper
 * that was woken early stays in the heap until it is the first.
 */
class SleeperHeap {
  readonly #heap: Sleeper[] = [];

  add(sleeper: Sleeper): void {
    const heap = this.#heap;
    let at = heap.push(sleeper) - 1;
    for (let parent = (at - 1) >> 1; at > 0; parent = (at - 1) >> 1) {
      const above = heap[parent];
      if (!above || isBefore(above, sleeper)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = sleeper;
  }

  first(): Sleeper | undefined {
    while (this.#heap[0]?.isAwake) this.removeFirst();
    return this.#heap[0];
  }

  removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left && right && isBefore(right, left)) child += 1;
      const below = heap[child];
      if (!below || isBefore(last, below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Sleeper, b: Sleeper): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
