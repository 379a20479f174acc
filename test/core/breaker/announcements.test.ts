import { beforeEach, describe, expect, test } from '@jest/globals';
import { BREAKER_DEFAULTS } from '../../../lambda/contract/policy.ts';
import { Announcements } from '../../../lambda/core/breaker/announcements.ts';
import { Tally } from '../../../lambda/core/breaker/tally.ts';
import { timingOf } from '../../../lambda/core/breaker/timing.ts';

const policy = BREAKER_DEFAULTS;
const { windowMs, announcedForMs } = timingOf(policy);

let tally: Tally;
let announcements: Announcements;
beforeEach(() => {
  tally = new Tally(1);
  announcements = new Announcements(tally);
});

function begin(nowMs: number): boolean {
  tally.begin();
  return announcements.callBegan(nowMs, () => policy);
}

describe('the announcement of a worker’s first calls', () => {
  test('is due at its first call, and again when a window has passed', () => {
    expect(begin(0)).toBe(true);
    expect(begin(windowMs - 1)).toBe(false);
    expect(begin(windowMs)).toBe(true);
  });

  test('is not due once the calls have ended', () => {
    begin(0);
    expect(announcements.isDue).toBe(true);

    tally.succeed(0);

    expect(announcements.isDue).toBe(false);
  });

  test.each([
    [announcedForMs - 1, -2],
    [announcedForMs, 0],
  ])('is taken back by a failure only while it is in force: after %d ms', (ms, takenBack) => {
    begin(0);
    begin(0);
    expect(announcements.take(0, policy)).toBe(2);

    tally.fail('fault', true, ms);

    expect(announcements.take(ms, policy) + 0).toBe(takenBack);
    expect(announcements.isDue).toBe(false);
    expect(announcements.take(ms, policy) + 0).toBe(0);
  });

  test('is not made after a failure has counted the calls', () => {
    begin(0);
    begin(0);
    tally.fail('fault', true, 0);

    expect(announcements.take(0, policy) + 0).toBe(0);

    expect(announcements.isDue).toBe(false);
  });
});
