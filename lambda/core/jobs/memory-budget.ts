/**
 * Bounds the bytes that the jobs of one sandbox hold at the same time, so that large jobs do not use up
 * its memory: Lambda would kill the process, with the runs of all other jobs in it.
 */
export class MemoryBudget {
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /**
   * Takes `bytes` and returns a function that gives them back; returns undefined if there is no room. A
   * job that is alone always has room: waiting would not help it.
   */
  take(bytes: number): (() => void) | undefined {
    if (this.#heldBytes > 0 && this.#heldBytes + bytes > this.#limitBytes) return undefined;
    this.#heldBytes += bytes;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#heldBytes -= bytes;
    };
  }
}
