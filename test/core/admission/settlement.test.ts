import { describe, expect, test } from '@jest/globals';
import { isStale, oldestKeptHour } from '../../../lambda/core/admission/hourly-tokens.ts';
import { settled } from '../../../lambda/core/admission/settlement.ts';

const NOW = Date.UTC(2026, 10, 28, 19, 30);
const HOUR = '2026-11-28T19';

describe('a settlement', () => {
  test('takes from the present on what a call cost beyond its hold, if the bucket was idle', () => {
    const idle = { spentUntil: { tokens: NOW - 60_000, requests: 7 } };

    expect(settled(idle, { deltaMs: 500 }, NOW).spentUntil).toEqual({
      tokens: NOW + 500,
      requests: 7,
    });
    expect(settled({ spentUntil: {} }, { deltaMs: 500 }, NOW).spentUntil.tokens).toBe(NOW + 500);
  });

  test('takes it after what is spent, if the bucket is in use', () => {
    const used = { spentUntil: { tokens: NOW + 60_000 } };

    expect(settled(used, { deltaMs: 500 }, NOW).spentUntil.tokens).toBe(NOW + 60_500);
  });

  test('gives back to the time of the hold, also if that is over', () => {
    const idle = { spentUntil: { tokens: NOW - 60_000 } };

    expect(settled(idle, { deltaMs: -500 }, NOW).spentUntil.tokens).toBe(NOW - 60_500);
  });

  test('leaves the tokens as they are, if a call cost what it held', () => {
    expect(settled({ spentUntil: {} }, { deltaMs: 0 }, NOW).spentUntil).toEqual({});
  });

  test('counts tokens by hour, and forgets the counts of more than a day ago', () => {
    const usedTokens = { '2026-11-27T18': 1, '2026-11-27T19': 2, [HOUR]: 3 };

    const after = settled(
      { spentUntil: {}, usedTokens },
      { deltaMs: 0, used: { hour: HOUR, tokens: 4 } },
      NOW,
    );

    expect(after).toEqual({ spentUntil: {}, usedTokens: { '2026-11-27T19': 2, [HOUR]: 7 } });
    expect(settled(after, { deltaMs: 0 }, NOW)).toEqual(after);
  });
});

test('the counts of 25 hours are kept, because a day may begin within an hour', () => {
  expect(oldestKeptHour(HOUR)).toBe('2026-11-27T19');
  expect(isStale('2026-11-27T19', HOUR)).toBe(false);
  expect(isStale('2026-11-27T18', HOUR)).toBe(true);
});
