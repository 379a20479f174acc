import type { Clock } from '../../lambda/core/clock.ts';
import type { Task } from './timeline.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** The simulated time. The simulation moves it to the next event, which may be the end of a sleep. */
export class SimulatedClock implements Clock {
  #nowMs: number;
  /** In the order in which they fell asleep. */
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Moves the clock forward, never back. */
  moveTo(ms: number): void {
    this.#nowMs = Math.max(this.#nowMs, ms);
  }

  /** Resolves after `ms`, or as soon as one of the signals aborts. */
  sleep(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    if (ms <= 0 || signals.some((signal) => signal?.aborted)) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        for (const signal of signals) signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { atMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      for (const signal of signals) signal?.addEventListener('abort', wake);
    });
  }

  /** True if nobody sleeps. */
  get isIdle(): boolean {
    return this.#sleepers.size === 0;
  }

  /** The ends of all sleeps, as events of the simulation. */
  get wakings(): readonly Task[] {
    return [...this.#sleepers].map(({ atMs, wake }) => ({ atMs, run: async () => wake() }));
  }
}
