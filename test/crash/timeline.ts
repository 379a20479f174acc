import type { SimulatedClock } from './simulated-clock.ts';

/** The time between two runs of the sweeper. */
export const SWEEP_MS = 60_000;

export interface Task {
  readonly atMs: number;
  readonly run: () => Promise<void>;
}

/** An action of the client or the operator. */
export type Action = 'submit' | 'cancel' | 'retry the cancel' | 'redrive' | 'allow another redrive';

/** A planned action. It is plain data, so that it can be part of a checkpoint. */
export interface Planned {
  readonly atMs: number;
  readonly what: Action;
}

/** The planned actions. All events run one at a time, in order of time. */
export class Timeline {
  readonly #clock: SimulatedClock;
  readonly #planned: Planned[];

  constructor(clock: SimulatedClock, planned: Planned[]) {
    this.#clock = clock;
    this.#planned = planned;
  }

  in(ms: number, what: Action): void {
    this.#planned.push({ atMs: this.#clock.now() + ms, what });
  }

  /** Runs the earliest event, whether planned or in `others`. Returns false when there is none. */
  async advance(
    others: readonly Task[],
    actions: Readonly<Record<Action, () => Promise<void>>>,
  ): Promise<boolean> {
    const planned = earliest(this.#planned, timeOf);
    const other = earliest(others, timeOf);
    const next = earliest(
      [planned, other].filter((each) => each !== undefined),
      timeOf,
    );
    if (!next) return false;
    this.#clock.moveTo(next.atMs);
    if ('run' in next) {
      await next.run();
    } else {
      this.#planned.splice(this.#planned.indexOf(next), 1);
      await actions[next.what]();
    }
    return true;
  }
}

function timeOf({ atMs }: { readonly atMs: number }): number {
  return atMs;
}

/** Returns the item with the earliest time, or the first of several with that time. */
export function earliest<T>(all: Iterable<T>, atMs: (each: T) => number): T | undefined {
  let first: T | undefined;
  for (const each of all) if (first === undefined || atMs(each) < atMs(first)) first = each;
  return first;
}
