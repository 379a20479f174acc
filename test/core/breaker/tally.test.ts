import { describe, expect, test } from '@jest/globals';
import { Tally } from '../../../lambda/core/breaker/tally.ts';

describe('a tally', () => {
  test('counts each call once, whenever it is flushed', () => {
    const tally = begun(10);
    tally.fail('fault', true, 0);
    expect(tally.take()).toMatchObject({ success: 9, failures: { fault: 1 } });

    for (let i = 0; i < 7; i++) tally.succeed(0);
    for (let i = 0; i < 2; i++) tally.fail('timeout', true, 0);

    expect(tally.take()).toMatchObject({ success: -2, failures: { timeout: 2 } });
  });

  test('counts which successes are provisional', () => {
    const tally = begun(10);
    tally.fail('fault', true, 0);
    expect(tally.take()).toMatchObject({ success: 9, provisional: 9 });
    for (let i = 0; i < 6; i++) tally.succeed(0);
    tally.fail('fault', true, 0);
    tally.ignore();

    expect(tally.settledSuccesses).toBe(6);
    // One call is still in flight.
    expect(tally.take()).toMatchObject({ success: -2, provisional: -8 });
  });

  test('counts no call in flight beside a timeout, which comes later than a success would', () => {
    const tally = begun(10);
    tally.fail('timeout', true, 0);
    expect(tally.take()).toEqual({ success: 0, slow: 0, failures: { timeout: 1 } });

    tally.fail('fault', true, 0);
    tally.fail('timeout', true, 0);
    expect(tally.take()).toMatchObject({ success: 7, provisional: 7 });
  });

  test('counts the calls in flight again after a refused write', () => {
    const tally = begun(10);
    tally.fail('fault', true, 0);
    const refused = tally.take();
    tally.putBack(refused);
    tally.begin();

    expect(tally.take()).toMatchObject({ success: 10, provisional: 10 });
  });

  test('settles provisional successes with the next flush, but does not ask for one', () => {
    const tally = begun(2);
    tally.fail('fault', true, 0);
    tally.take();

    tally.succeed(0);

    expect(tally.isOverdue(0, 5)).toBe(false);
    expect(tally.isOverdue(100, 5)).toBe(false);
    expect(tally.isPending).toBe(true);
    expect(tally.take()).toEqual({ success: 0, slow: 0, failures: {}, provisional: -1 });
  });

  test('sums the times to the first token in tenths of a second, and loses nothing', () => {
    const tally = begun(3);
    for (const firstTokenMs of [1_234, 20, 777]) {
      tally.beginAnswer();
      tally.endAnswer(0, firstTokenMs);
    }

    expect(tally.take()).toMatchObject({ success: 3, firstTokenMs: 2_000 });
    tally.beginAnswer();
    tally.endAnswer(0, 69);
    expect(tally.take()).toMatchObject({ success: 1, firstTokenMs: 100 });
  });

  test('a success is provisional from the first token to the end of the answer', () => {
    const tally = begun(2);
    tally.beginAnswer();
    tally.beginAnswer();
    expect(tally.take()).toEqual({ success: 2, slow: 0, failures: {}, provisional: 2 });

    tally.endAnswer(0, 10);
    tally.takeBack();

    expect(tally.take()).toEqual({ success: -1, slow: 0, failures: {}, provisional: -2 });
  });

  test('counts no provisional successes in a flush without a failure', () => {
    const tally = begun(3);
    tally.succeed(0);

    expect(tally.take()).toMatchObject({ success: 1, failures: {} });
  });

  test('takes back a provisional success whose call is ignored', () => {
    const tally = begun(2);
    tally.fail('fault', true, 0);
    tally.take();

    tally.ignore();

    expect(tally.take()).toMatchObject({ success: -1 });
  });

  test('keeps a provisional success while another call may be the one that was ignored', () => {
    const tally = begun(2);
    tally.fail('fault', true, 0);
    tally.take();
    tally.begin();

    tally.ignore();
    expect(tally.isPending).toBe(false);
    tally.ignore();

    expect(tally.take()).toMatchObject({ success: -1, provisional: -1 });
  });

  test('is overdue by the age of what is pending, not by that of an earlier flush', () => {
    const tally = begun(2);
    tally.succeed(0);
    expect(tally.isOverdue(0, 5)).toBe(false);
    expect(tally.isOverdue(6, 5)).toBe(true);
    tally.take();

    tally.succeed(7);

    expect(tally.isOverdue(7, 5)).toBe(false);
    expect(tally.isOverdue(13, 5)).toBe(true);
  });

  test('counts a call that began after a flush separately from the provisional successes', () => {
    const tally = begun(2);
    tally.fail('fault', true, 0);
    tally.take();
    tally.begin();

    tally.succeed(0);
    tally.succeed(0);

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

  test('adds times and slow calls that were put back, and asks for the trip rules again', () => {
    const tally = begun(3);
    tally.beginAnswer();
    tally.endAnswer(0, 700);
    tally.slow();
    tally.putBack(tally.take());
    tally.beginAnswer();
    tally.endAnswer(0, 300);

    expect(tally.mayTrip).toBe(true);
    expect(tally.take()).toMatchObject({ success: 2, slow: 1, firstTokenMs: 1_000 });
  });

  test('asks for the trip rules again after a failure was put back', () => {
    const tally = begun(1);
    tally.fail('timeout', true, 0);
    tally.putBack(tally.take());

    expect([tally.mayTrip, tally.hasCountedFailure]).toEqual([true, true]);
  });

  test('counts the first token of a call whose success is provisional only once', () => {
    const tally = begun(2);
    tally.fail('fault', true, 0);
    expect(tally.take()).toMatchObject({ success: 1, provisional: 1 });

    tally.beginAnswer();
    tally.endAnswer(0, 0);

    expect(tally.take()).toEqual({ success: 0, slow: 0, failures: {}, provisional: -1 });
  });

  test('reports a wait once: the next flush may have another', () => {
    const tally = begun(2);
    tally.fail('capacity', true, 500);
    tally.take();

    tally.fail('capacity', true, 300);

    expect(tally.take()).toMatchObject({ retryAfterMs: 300 });
  });

  test('does not require the trip rules for a kind that is switched off', () => {
    const tally = begun(1);

    tally.fail('quota-minute', false, 0);

    expect([tally.isPending, tally.mayTrip]).toEqual([true, false]);
  });
});

function begun(calls: number): Tally {
  const tally = new Tally(1);
  for (let i = 0; i < calls; i++) tally.begin();
  return tally;
}

describe('a tally between two flushes', () => {
  test('has something to write if a call was slow', () => {
    const tally = begun(1);
    tally.slow();

    expect(tally.isPending).toBe(true);
  });

  test('counts the first token of a later call than those that are provisional', () => {
    const tally = begun(2);
    tally.fail('fault', true, 0);
    tally.take();
    tally.begin();

    tally.beginAnswer();
    tally.beginAnswer();

    expect(tally.take()).toMatchObject({ success: 1, provisional: 1 });
  });
});
