import type { VirtualClock } from './virtual-clock.ts';

export interface Task {
  readonly atMs: number;
  readonly run: () => Promise<void>;
}

/** What people mean to do. */
export type Intent = 'submit' | 'cancel' | 'insist on the cancel' | 'redrive' | 'look again';

/** Something to come, by its name or else as it stands still. */
export interface Planned {
  readonly atMs: number;
  readonly what: Intent | (() => Promise<void>);
}

/** What is to happen, one after the other. */
export class Timeline {
  readonly #clock: VirtualClock;
  readonly #planned: Planned[];

  constructor(clock: VirtualClock, planned: Planned[]) {
    this.#clock = clock;
    this.#planned = planned;
  }

  /** Nothing stands still: all that is to come has a name. */
  get isNamed(): boolean {
    return this.#planned.every(({ what }) => typeof what === 'string');
  }

  in(ms: number, what: Planned['what']): void {
    this.#planned.push({ atMs: this.#clock.now() + ms, what });
  }

  /** Does the next of these and of what else may come; false when there is nothing. */
  async advance(
    others: readonly Task[],
    people: Readonly<Record<Intent, () => Promise<void>>>,
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
      await (typeof next.what === 'string' ? people[next.what]() : next.what());
    }
    return true;
  }
}

function timeOf({ atMs }: { readonly atMs: number }): number {
  return atMs;
}

/** The first of those that come first. */
export function earliest<T>(all: Iterable<T>, atMs: (each: T) => number): T | undefined {
  let first: T | undefined;
  for (const each of all) if (first === undefined || atMs(each) < atMs(first)) first = each;
  return first;
}
