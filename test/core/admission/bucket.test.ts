import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Bucket,
  corrected,
  FARTHEST_MS,
  pauseOf,
  shareOf,
  spentAfter,
  take,
  takenByPause,
  waitOfTaken,
} from '../../../lambda/core/admission/bucket.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const BURST_MS = 15_000;
const NOW_ONLY = { burstMs: BURST_MS, patienceMs: 0 };

describe('a bucket', () => {
  test('never admits more than time, burst and one hold allow, whatever is asked and when', () => {
    const request = fc.record({
      afterMs: fc.integer({ min: 0, max: 5_000 }),
      tokens: fc.integer({ min: 1, max: 30_000 }),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 200 }), (requests) => {
        let bucket: Bucket = { spentUntil: {} };
        let [nowMs, taken, largest] = [NOW, 0, 0];
        for (const { afterMs, tokens } of requests) {
          nowMs += afterMs;
          const taking = take(bucket, { tokens }, nowMs, NOW_ONLY);
          if (!taking.admitted) continue;
          bucket = { spentUntil: taking.spentUntil };
          taken += tokens;
          largest = Math.max(largest, tokens);
        }
        expect(taken).toBeLessThanOrEqual(nowMs - NOW + BURST_MS + largest);
      }),
    );
  });

  test('leaves no quota unused while somebody asks when the wait is over (BerriAI/litellm 18953)', () => {
    const holds = fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 20, maxLength: 100 });
    fc.assert(
      fc.property(holds, (tokensOf) => {
        let bucket: Bucket = { spentUntil: {} };
        let [nowMs, taken] = [NOW, 0];
        for (const tokens of tokensOf) {
          let taking = take(bucket, { tokens }, nowMs, NOW_ONLY);
          if (!taking.admitted) {
            nowMs += taking.waitMs;
            taking = take(bucket, { tokens }, nowMs, NOW_ONLY);
          }
          expect(taking.admitted).toBe(true);
          if (taking.admitted) bucket = { spentUntil: taking.spentUntil };
          taken += tokens;
        }
        // Each wait rounds up to a whole millisecond.
        expect(taken).toBeGreaterThanOrEqual(nowMs - NOW + BURST_MS - tokensOf.length - BURST_MS);
      }),
    );
  });

  test('serves two teams that ask without a pause no more than one (BerriAI/litellm PR 35422: 213 %)', () => {
    let bucket: Bucket = { spentUntil: {} };
    const served = { large: 0, small: 0 };
    const minutes = 5;
    for (let atMs = 0; atMs < minutes * 60_000; atMs += 250) {
      for (const [team, tokens] of [
        ['large', 9_000],
        ['small', 700],
      ] as const) {
        const taking = take(bucket, { tokens }, NOW + atMs, NOW_ONLY);
        if (!taking.admitted) continue;
        bucket = { spentUntil: taking.spentUntil };
        served[team] += tokens;
      }
    }

    expect(served.large + served.small).toBeLessThanOrEqual(minutes * 60_000 + BURST_MS + 9_000);
    expect(served.large).toBeGreaterThan(0);
    expect(served.small).toBeGreaterThan(0);
  });

  test('takes a time that only an edit can have set as none, so the edit does not block it', () => {
    const edited = { spentUntil: { tokens: NOW + FARTHEST_MS + 1 } };
    const full = { spentUntil: { tokens: NOW + FARTHEST_MS } };

    expect(take(edited, { tokens: 5 }, NOW, NOW_ONLY)).toMatchObject({
      admitted: true,
      spentUntil: { tokens: NOW + 5 },
    });
    expect(take(full, { tokens: 5 }, NOW, NOW_ONLY)).toMatchObject({ admitted: false });
  });

  test.each(['atMs', 'pausedUntilMs'])(
    'forgets a rate whose %s only an edit can have set',
    (field) => {
      const known = { share: 0.1, atMs: NOW, pausedUntilMs: NOW + 9, pauseMs: 9 };
      const bucket = { spentUntil: {}, rate: { ...known, [field]: NOW + FARTHEST_MS + 1 } };

      expect(shareOf(bucket, NOW)).toBe(1);
      expect(pauseOf(bucket, NOW)).toBe(0);
      expect(pauseOf({ spentUntil: {}, rate: known }, NOW + 8)).toBe(9);
      expect(pauseOf({ spentUntil: {}, rate: known }, NOW + 9)).toBe(0);
      expect(corrected(bucket, NOW, 60_000)).toEqual({
        share: 0.8,
        atMs: NOW,
        pausedUntilMs: NOW + 2_500,
        pauseMs: 2_500,
      });
    },
  );

  test('gains 5 % of the quota in a minute after a throttle, up to all of it', () => {
    const rate = corrected({ spentUntil: {} }, NOW, 60_000);
    const bucket = { spentUntil: {}, ...(rate && { rate }) };

    expect(shareOf(bucket, NOW)).toBe(0.8);
    expect(shareOf(bucket, NOW + 60_000)).toBeCloseTo(0.85);
    expect(shareOf(bucket, NOW + 4 * 60_000)).toBe(1);
    expect(shareOf(bucket, NOW - 60_000)).toBe(0.8);
  });

  test('says how long a hold waits: for the scarcer resource, beyond the patience of the call', () => {
    const bucket = { spentUntil: { tokens: NOW + 20_000, requests: NOW + 17_000 } };
    const both = { tokens: 1_000, requests: 1_000 };

    expect(take(bucket, both, NOW, NOW_ONLY)).toEqual({ admitted: false, waitMs: 5_001 });
    expect(take(bucket, { requests: 1_000 }, NOW, NOW_ONLY)).toEqual({
      admitted: false,
      waitMs: 2_001,
    });
    expect(take(bucket, both, NOW, { ...NOW_ONLY, patienceMs: 3_000 })).toEqual({
      admitted: false,
      waitMs: 2_001,
    });
    expect(take(bucket, both, NOW, { ...NOW_ONLY, patienceMs: 5_001 })).toMatchObject({
      admitted: true,
      waitMs: 5_001,
    });
  });

  test('knows the wait of a hold also from what it is spent to afterwards', () => {
    const bucket = { spentUntil: { tokens: NOW + 20_000 } };
    const hold = { tokens: 1_000, requests: 500 };
    const terms = { ...NOW_ONLY, patienceMs: 60_000 };

    const taking = take(bucket, hold, NOW, terms);

    expect(taking.admitted && waitOfTaken(taking.spentUntil, hold, NOW, terms)).toBe(5_001);
    expect(waitOfTaken({}, hold, NOW, terms)).toBe(0);
  });

  test('is corrected again when the window of the last correction is over', () => {
    const rate = { share: 0.5, atMs: NOW, pausedUntilMs: NOW + 2_500, pauseMs: 2_500 };
    const bucket = { spentUntil: {}, rate };

    expect(corrected(bucket, NOW + 59_999, 60_000)).toMatchObject({ share: 0.5, atMs: NOW });
    expect(corrected(bucket, NOW + 60_000, 60_000)).toMatchObject({
      share: expect.closeTo(0.8 * 0.55),
      atMs: NOW + 60_000,
    });
    const low = { ...rate, share: 0.1, atMs: 0, pausedUntilMs: 0 };
    expect(corrected({ ...bucket, rate: low }, 60_000, 0)?.share).toBeCloseTo(0.12);
  });

  test('pauses after a throttle, twice as long if the next one comes soon, up to half a window', () => {
    const pauses = [];
    let [bucket, nowMs]: [Bucket, number] = [{ spentUntil: {} }, NOW];
    for (const _ of [1, 2, 3, 4, 5, 6]) {
      const rate = corrected(bucket, nowMs, 60_000);
      expect(
        corrected({ ...bucket, ...(rate && { rate }) }, nowMs + 2_499, 60_000),
      ).toBeUndefined();
      pauses.push(rate?.pauseMs);
      bucket = { ...bucket, ...(rate && { rate }) };
      nowMs = (rate?.pausedUntilMs ?? 0) + 59_999;
    }

    expect(pauses).toEqual([2_500, 5_000, 10_000, 20_000, 30_000, 30_000]);
    expect(corrected(bucket, nowMs + 1, 60_000)?.pauseMs).toBe(2_500);
    expect(corrected(bucket, bucket.rate?.pausedUntilMs ?? 0, 60_000)).toBeDefined();
  });

  test('loses its burst by a pause, and what flows in meanwhile', () => {
    const pause = { pauseMs: 2_500 };
    const spentUntil = { tokens: NOW + 4_000, requests: NOW + 20_000 };

    expect(takenByPause({ spentUntil }, pause, NOW, BURST_MS)).toEqual({
      tokens: 2_500 + 11_000,
      requests: 2_500,
    });
    expect(takenByPause({ spentUntil: {} }, pause, NOW, BURST_MS)).toEqual({});
    const farthest = { tokens: NOW + FARTHEST_MS, requests: NOW + FARTHEST_MS + 1 };
    expect(takenByPause({ spentUntil: farthest }, pause, NOW, BURST_MS)).toEqual({ tokens: 2_500 });
    expect(spentAfter({ tokens: 5, requests: 7 }, { tokens: 3 })).toEqual({
      tokens: 8,
      requests: 7,
    });
    expect(spentAfter({}, { requests: 2 })).toEqual({ requests: 2 });
  });
});
