import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Settings } from '../../../lambda/contract/policy.ts';
import { TARGET_FAILURE_KINDS, type TargetFailureKind } from '../../../lambda/contract/words.ts';
import type { CircuitSummary } from '../../../lambda/core/breaker/summary.ts';
import { inferredOut } from '../../../lambda/core/router/region-inference.ts';
import { targetOf } from '../../support/router-builders.ts';
import { someSettings } from '../../support/settings.ts';

const NOW_MS = 1_000_000;

function chain(...keys: string[]): Settings {
  return someSettings({ tiers: [{ name: 'only', maxTokens: 1, targets: keys.map(targetOf) }] });
}

function open(key: string, summary: Partial<CircuitSummary> = {}): CircuitSummary {
  return { key, state: 'OPEN', untilMs: NOW_MS + 60_000, failure: 'capacity', ...summary };
}

function out(settings: Settings, circuits: readonly CircuitSummary[], nowMs = NOW_MS) {
  return [...inferredOut(settings, circuits, nowMs).keys()];
}

describe('63. a region with three targets of different models, and as many elsewhere', () => {
  const settings = chain(
    'us-east-1/a',
    'us-east-1/b',
    'us-east-1/c',
    'us-west-2/a',
    'us-west-2/b',
    'us-west-2/c',
  );

  test('keeps the others if one is open', () => {
    expect(out(settings, [open('us-east-1/a')])).toEqual([]);
  });

  test('loses the third if two are open', () => {
    expect(out(settings, [open('us-east-1/a'), open('us-east-1/b')])).toEqual(['us-east-1/c']);
  });

  test('loses the third while the two recover', () => {
    const recovering = { state: 'HALF_OPEN', untilMs: undefined } as const;
    const circuits = [open('us-east-1/a', recovering), open('us-east-1/b', recovering)];
    expect(out(settings, circuits)).toEqual(['us-east-1/c']);
  });

  test('gets the third back after the first success of one of them', () => {
    const recovering = { state: 'HALF_OPEN', untilMs: undefined, stage: 1 } as const;
    const circuits = [open('us-east-1/a'), open('us-east-1/b', recovering)];
    expect(out(settings, circuits)).toEqual([]);
  });

  test('gets the third back after a cooldown in which nobody called the two', () => {
    const recovering = { state: 'HALF_OPEN', untilMs: undefined, sinceMs: NOW_MS } as const;
    const circuits = [open('us-east-1/a', recovering), open('us-east-1/b', recovering)];
    expect(out(settings, circuits, NOW_MS + 59_999)).toEqual(['us-east-1/c']);
    expect(out(settings, circuits, NOW_MS + 60_000)).toEqual([]);
  });

  test('gets the third back when the open circuits become due', () => {
    const circuits = [open('us-east-1/a'), open('us-east-1/b')];
    expect(out(settings, circuits, NOW_MS + 60_000)).toEqual([]);
  });

  test('names the time at which the first circuit may recover', () => {
    const circuits = [open('us-east-1/a'), open('us-east-1/b', { untilMs: NOW_MS + 5_000 })];
    expect(inferredOut(settings, circuits, NOW_MS).get('us-east-1/c')).toEqual({
      region: 'us-east-1',
      untilMs: NOW_MS + 5_000,
    });
  });

  const recovering = { state: 'HALF_OPEN', untilMs: undefined } as const;

  test('names no time while all failing circuits recover', () => {
    const circuits = [
      open('us-east-1/a', recovering),
      open('us-east-1/b', { ...recovering, untilMs: NOW_MS }),
    ];

    expect(inferredOut(settings, circuits, NOW_MS).get('us-east-1/c')).toEqual({
      region: 'us-east-1',
    });
  });

  test('names the time of an open circuit beside one that recovers', () => {
    const circuits = [open('us-east-1/a'), open('us-east-1/b', recovering)];

    expect(inferredOut(settings, circuits, NOW_MS).get('us-east-1/c')).toMatchObject({
      untilMs: NOW_MS + 60_000,
    });
  });

  test('keeps the third if a circuit is closed, whatever opened it before', () => {
    const closed = open('us-east-1/b', { state: 'CLOSED' });

    expect(out(settings, [open('us-east-1/a'), closed])).toEqual([]);
  });

  test.each(TARGET_FAILURE_KINDS)(
    'loses the third for %s only if that kind can be regional',
    (failure) => {
      const regional: readonly TargetFailureKind[] = ['capacity', 'fault', 'timeout', 'network'];
      const circuits = [open('us-east-1/a', { failure }), open('us-east-1/b', { failure })];
      expect(out(settings, circuits)).toEqual(regional.includes(failure) ? ['us-east-1/c'] : []);
    },
  );

  test('keeps a target that an operator forced closed', () => {
    const forced = { key: 'us-east-1/c', state: 'CLOSED', override: 'force-closed' } as const;
    expect(out(settings, [open('us-east-1/a'), open('us-east-1/b'), forced])).toEqual([]);
  });

  test('ignores a circuit that an operator forced open', () => {
    const forced = open('us-east-1/b', { override: 'force-open' });
    expect(out(settings, [open('us-east-1/a'), forced])).toEqual([]);
  });
});

test('two open targets of one model say nothing about their region', () => {
  const settings = chain('us-east-1/a', 'us-east-1/us.a', 'us-east-1/b', 'us-west-2/a');

  expect(out(settings, [open('us-east-1/a'), open('us-east-1/us.a')])).toEqual([]);
});

test('two open targets of four are enough: exactly half', () => {
  const settings = chain('us-east-1/a', 'us-east-1/b', 'us-east-1/c', 'us-east-1/d');

  expect(out(settings, [open('us-east-1/a'), open('us-east-1/b')])).toEqual([
    'us-east-1/c',
    'us-east-1/d',
  ]);
});

test('the targets of a region count together, whatever their tiers', () => {
  const tiers = ['a', 'b', 'us.a'].map((model, i) => ({
    name: `tier-${i}`,
    maxTokens: 1,
    targets: [targetOf(`us-east-1/${model}`)],
  }));
  const settings = someSettings({ tiers });

  expect(out(settings, [open('us-east-1/a'), open('us-east-1/b')])).toEqual(['us-east-1/us.a']);
  // One model in two tiers is still one model.
  expect(out(settings, [open('us-east-1/a'), open('us-east-1/us.a')])).toEqual([]);
});

test('two open targets of five are too few', () => {
  const settings = chain(
    'us-east-1/a',
    'us-east-1/b',
    'us-east-1/c',
    'us-east-1/d',
    'us-east-1/e',
    'us-west-2/a',
  );

  expect(out(settings, [open('us-east-1/a'), open('us-east-1/b')])).toEqual([]);
});

test('inference skips at most half of all targets, whatever is open', () => {
  const keys = ['us-east-1', 'us-west-2', 'eu-west-1'].flatMap((region) =>
    ['a', 'b', 'c', 'd'].map((model) => `${region}/${model}`),
  );
  const world = fc.record({
    targets: fc.subarray(keys, { minLength: 1 }),
    open: fc.subarray(keys),
  });

  fc.assert(
    fc.property(world, ({ targets, open: opened }) => {
      const taken = out(
        chain(...targets),
        opened.map((key) => open(key)),
      );
      expect(taken.length * 2).toBeLessThanOrEqual(targets.length);
    }),
  );
});

test('64. inference never skips the only target: its own circuit decides, and there is no panic mode', () => {
  expect(out(chain('us-east-1/a'), [open('us-east-1/a')])).toEqual([]);
});

test('a target that several chains share counts once in its region', () => {
  const tiers = [
    { name: 'only', maxTokens: 1, targets: ['us-east-1/a', 'us-east-1/b'].map(targetOf) },
  ];
  const others = ['us-east-1/c', 'us-east-1/d', 'us-east-1/e'].map(targetOf);
  const settings = someSettings({
    chains: {
      one: { tiers },
      two: { tiers },
      three: { tiers: [{ name: 'only', maxTokens: 1, targets: others }] },
    },
  });

  // Two of five targets are not half of them.
  expect(out(settings, [open('us-east-1/a'), open('us-east-1/b')])).toEqual([]);
});
