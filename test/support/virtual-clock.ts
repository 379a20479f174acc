import type { Clock } from '../../lambda/core/clock.ts';

/**
 * A clock for code that runs alone: `sleep` returns at once and moves the time. `FakeClock` is for
 * code whose sleepers have to interleave.
 */
export class VirtualClock implements Clock {
  /** The current time, which tests may set. */
  nowMs: number;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  now(): number {
    return this.nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.nowMs += ms;
  }

  /** Moves the clock forward, never back. */
  moveTo(ms: number): void {
    this.nowMs = Math.max(this.nowMs, ms);
  }
}
