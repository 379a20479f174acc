import { setTimeout as sleep } from 'node:timers/promises';

/** Time in milliseconds. `sleep` ends early, without an error, when its signal aborts. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The system's clock. A sleep does not keep the process alive. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined),
};
