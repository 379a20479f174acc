import type { Random } from '../clock.ts';

/** Picks a share of one worker's calls, evenly spread. A random start keeps workers apart. */
export class TrafficShare {
  readonly #random: Random;
  #due: number | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Returns true if the next call belongs to the share, which is 0 to 1. */
  picks(share: number): boolean {
    if (share >= 1) return true;
    const due = (this.#due ?? this.#random()) + share;
    this.#due = due % 1;
    return due >= 1;
  }
}
