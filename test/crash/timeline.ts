import type { VirtualClock } from './cloud.ts';

export interface Task {
  readonly atMs: number;
  readonly run: () => Promise<void>;
}

/** What is to happen, one after the other. */
export class Timeline {
  readonly #clock: VirtualClock;
  #tasks: Task[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  in(ms: number, run: () => Promise<void>): void {
    this.#tasks.push({ atMs: this.#clock.now() + ms, run });
  }

  /** Does the next of these and of what else may come; false when there is nothing. */
  async advance(others: readonly Task[]): Promise<boolean> {
    const [next] = [...this.#tasks, ...others].sort((a, b) => a.atMs - b.atMs);
    if (!next) return false;
    this.#tasks = this.#tasks.filter((task) => task !== next);
    this.#clock.nowMs = Math.max(this.#clock.nowMs, next.atMs);
    await next.run();
    return true;
  }
}
