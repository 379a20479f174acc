import { describe, expect, test } from '@jest/globals';
import { Tally } from '../../../lambda/core/breaker/tally.ts';

describe('a tally', () => {
  test('counts each call once, whenever it is flushed', () => {
    const tally = begun(10);
    tally.fail('fault', true, 0);
    expect(tally.take()).toMatchObject({ success: 9, failures: { fault: 1 } });

    for (let i = 0; i < 7; i++) tally.succeed();
    expect(tally.isPending).toBe(false);
    for (let i = 0; i < 2; i++) tally.fail('timeout', true, 0);

    expect(tally.take()).toMatchObject({ success: -2, failures: { timeout: 2 } });
  });

  test('counts no provisional successes in a flush without a failure', () => {
    const tally = begun(3);
    tally.succeed();

    expect(tally.take()).toMatchObject({ success: 1, failures: {} });
  });

  test('takes back a provisional success whose call is ignored', () => {
    const tally = begun(2);
    tally.fail('fault', true, 0);
    tally.take();

    tally.ignore();

    expect(tally.take()).toMatchObject({ success: -1 });
  });

  test('counts a call that began after a flush separately from the provisional successes', () => {
    const tally = begun(2);
    tally.fail('fault', true, 0);
    tally.take();
    tally.begin();

    tally.succeed();
    tally.succeed();

    expect(tally.take()).toMatchObject({ success: 1 });
  });

  test('adds counts that were put back, and keeps the longest wait', () => {
    const tally = begun(2);
    tally.fail('capacity', true, 500);
    const counts = tally.take();
    tally.putBack(counts);
    tally.fail('capacity', true, 300);

    expect(tally.mayTrip).toBe(true);
    expect(tally.take()).toMatchObject({
      success: 0,
      failures: { capacity: 2 },
      retryAfterMs: 500,
    });
  });

  test('does not require the trip rules for a kind that is switched off', () => {
    const tally = begun(1);

    tally.fail('quota-minute', false, 0);

    expect([tally.isPending, tally.mayTrip]).toEqual([true, false]);
  });

  test('remembers a subject for one window after its failure', () => {
    const tally = new Tally(1);

    expect(tally.isFirstFailure('a', 0, 60)).toBe(true);
    expect(tally.isFirstFailure('b', 30, 60)).toBe(true);
    expect(tally.isFirstFailure('a', 59, 60)).toBe(false);
    expect(tally.isFirstFailure('a', 60, 60)).toBe(true);
    expect(tally.isFirstFailure('b', 60, 60)).toBe(false);
  });
});

function begun(calls: number): Tally {
  const tally = new Tally(1);
  for (let i = 0; i < calls; i++) tally.begin();
  return tally;
}
