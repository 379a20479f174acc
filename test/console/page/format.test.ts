import { describe, expect, test } from '@jest/globals';
import { placesOf } from '../../../console/src/views/faults/places.ts';
import {
  distanceOf,
  dollarsOf,
  lengthOf,
  shortTarget,
  sizeOf,
  timeOf,
} from '../../../console/src/views/format.ts';
import { spansOf } from '../../../console/src/views/jobs/attempt-spans.ts';
import { anAttempt, HAIKU, SONNET } from './job-builders.ts';

const now = Date.parse('2026-11-28T12:31:00.000Z');

test.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [1_240, '1.2 s'],
  [42_400, '42 s'],
  [180_000, '3 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
])('%d ms is %s', (ms, text) => {
  expect(lengthOf(ms)).toBe(text);
});

test('a moment is told from now', () => {
  expect(distanceOf('2026-11-28T12:30:48.000Z', now)).toBe('12 s ago');
  expect(distanceOf('2026-11-28T12:31:05.000Z', now)).toBe('in 5 s');
  expect(distanceOf('2026-11-28T12:31:00.400Z', now)).toBe('now');
});

test('a time has its date only if it is far', () => {
  expect(timeOf('2026-11-28T12:31:05.000Z', now)).toMatch(/^\d\d:\d\d:\d\d$/);
  expect(timeOf('2026-11-30T12:31:05.000Z', now)).toMatch(/^2026-1\d-\d\d \d\d:\d\d:\d\d$/);
});

test.each([
  [0, '$0.00'],
  [1.5, '$1.50'],
  [0.0123, '$0.01'],
  [0.00042, '$0.00042'],
  [0.0000051, '$0.0000051'],
])('%d US dollars are %s', (usd, text) => {
  expect(dollarsOf(usd)).toBe(text);
});

test('a size has the unit that fits', () => {
  expect([850, 20_400, 3_500_000].map(sizeOf)).toEqual(['850 bytes', '20 kB', '3.5 MB']);
});

test('a target has a short name', () => {
  expect(shortTarget(SONNET)).toBe('us-east-1 sonnet-4-5');
  expect(shortTarget(HAIKU)).toBe('us-west-2 haiku-4-5');
  expect(shortTarget('eu-west-1/eu.anthropic.claude-sonnet-4-6')).toBe('eu-west-1 sonnet-4-6');
  expect(shortTarget('us-east-1/amazon.nova-pro-v1:0')).toBe('us-east-1 nova-pro');
  expect(shortTarget('us-east-1/model')).toBe('us-east-1 model');
});

describe('the bars of a timeline', () => {
  test('leave out the time between the runs', () => {
    const attempts = [
      anAttempt({ at: '2026-11-28T12:00:00.000Z', ms: 1_000 }),
      anAttempt({ at: '2026-11-28T13:00:00.000Z', ms: 3_000 }),
    ];

    expect(spansOf(attempts)).toEqual([
      { startPercent: 0, widthPercent: 25 },
      { startPercent: 25, widthPercent: 75 },
    ]);
  });

  test('of a skip can be seen and stay inside', () => {
    const spans = spansOf([
      anAttempt({ ms: 1_000 }),
      anAttempt({ at: '2026-11-28T12:30:02.000Z', ms: 0 }),
    ]);

    expect(spans[1]).toEqual({ startPercent: 99, widthPercent: 1 });
  });
});

test('the places of the switches are the targets of all chains, each once', () => {
  const tiers = (...targets: readonly string[]) => [
    { tier: 'a', targets: targets.map((target) => ({ target })) },
  ];
  const chains = [
    { chain: 'default', tiers: tiers(SONNET, HAIKU) },
    { chain: 'long', tiers: tiers(SONNET) },
  ];

  expect(placesOf(chains)).toEqual([
    { region: 'us-east-1', targets: [{ region: 'us-east-1', model: SONNET.slice(10) }] },
    { region: 'us-west-2', targets: [{ region: 'us-west-2', model: HAIKU.slice(10) }] },
  ]);
});
