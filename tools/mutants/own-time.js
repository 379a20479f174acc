import { readFileSync } from 'node:fs';

// Tests may replace the timers.
const { setTimeout, clearTimeout } = globalThis;
const eventLoopUtilization = performance.eventLoopUtilization.bind(performance);

/** A mutant may make a test so many times longer. */
export const TIME_FACTOR = 10;

/**
 * Returns the milliseconds for which this process has worked or has waited for something. The time in which
 * other programs had the processor does not count, so this clock is slow on a busy machine.
 */
export function ownMs() {
  const { user, system } = process.cpuUsage();
  return eventLoopUtilization().idle + (user + system) / 1000;
}

/** The failure of a test that is not done in time. */
export class TimedOut extends Error {}

/** Runs a function. Throws `TimedOut` if it takes longer, in terms of `ownMs`. */
export async function within(timeoutMs, run) {
  const timeout = Promise.withResolvers();
  const endsAtMs = ownMs() + timeoutMs;
  let timer;
  const check = () => {
    const leftMs = endsAtMs - ownMs();
    if (leftMs > 0) timer = setTimeout(check, leftMs);
    else timeout.reject(new TimedOut(`not done after ${timeoutMs} ms`));
  };
  timer = setTimeout(check, timeoutMs);
  try {
    await Promise.race([run(), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the CPU time of another process. Only Linux tells it; elsewhere, the time of day stands in for it. */
export function cpuMsOf(pid) {
  try {
    // The name of the program, in brackets, may contain spaces. Times are in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return performance.now();
  }
}
