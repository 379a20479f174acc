import type { Clock } from '../../lambda/core/clock.ts';

export interface Time {
  nowMs: number;
}

/** Time that moves when somebody waits, as there is nobody else to wait for. */
export class VirtualClock implements Clock {
  readonly #time: Time;

  constructor(time: Time) {
    this.#time = time;
  }

  now(): number {
    return this.#time.nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.#time.nowMs += ms;
  }

  /** Not back. */
  moveTo(ms: number): void {
    this.#time.nowMs = Math.max(this.#time.nowMs, ms);
  }
}
