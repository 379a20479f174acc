/** 0: admits all calls, 1: only probes, 2: none. */
export type State = 0 | 1 | 2;

interface Change {
  readonly atMs: number;
  readonly state: State;
}

/** The states of a target over time. Each holds until the next one. */
export class StateHistory {
  /** Oldest first. */
  #changes: Change[];

  constructor(atMs: number, state: State) {
    this.#changes = [{ atMs, state }];
  }

  set(atMs: number, state: State): void {
    if (this.#changes.at(-1)?.state !== state) this.#changes.push({ atMs, state });
  }

  /** Returns null for a time before the first state. */
  at(ms: number): State | null {
    return this.#changes.findLast(({ atMs }) => atMs <= ms)?.state ?? null;
  }

  /** Drops the changes before this time, except the one whose state still holds then. */
  forgetBefore(ms: number): void {
    const holding = this.#changes.findLastIndex(({ atMs }) => atMs <= ms);
    if (holding > 0) this.#changes = this.#changes.slice(holding);
  }
}
