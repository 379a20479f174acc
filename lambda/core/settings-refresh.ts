import type { Random } from './clock.ts';

/**
 * Returns the milliseconds until a sandbox reads the settings again. They are random, so that sandboxes
 * that started together do not read together.
 *
 * SSM answers 40 reads per second for a whole account and region. A sandbox reads every three quarters
 * of `refreshSeconds` on average: with the default of 300 s, 1,200 sandboxes make 1,200 / 225 = 5.3 reads
 * per second. If they all started at once, their next reads are spread over 150 s, at 8 per second.
 *
 * While the parameter is refused or unreadable, a sandbox reads sooner, but just as widely spread: the
 * parameter will soon be corrected, and each read reports the fault to the alarm.
 */
export function untilNextReadMs(refreshSeconds: number, isFaulty: boolean, random: Random): number {
  const halfMs = refreshSeconds * 500;
  return (isFaulty ? 0 : halfMs) + random() * halfMs;
}
