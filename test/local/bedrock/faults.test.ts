import { expect, test } from '@jest/globals';
import { Faults } from '../../../local/bedrock/faults.ts';

const CALLED = { region: 'us-east-1', model: 'model', operation: 'converse' } as const;

test('of several faults the one set first fails the call', () => {
  const faults = new Faults(() => 0);
  const first = faults.set({ fault: 'unavailable' });
  faults.set({ fault: 'validation' });

  const before = faults.meet(CALLED, 1, () => 0).failure?.fault;
  faults.clear(first);
  const after = faults.meet(CALLED, 1, () => 0).failure?.fault;

  expect([before, after]).toEqual(['unavailable', 'validation']);
});

test('a brownout meets the share of calls that its probability says', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'unavailable', probability: 0.3 });

  const met = (draw: number) => faults.meet(CALLED, 1, () => draw).failure?.fault;

  expect([met(0), met(0.299), met(0.3), met(0.999)]).toEqual([
    'unavailable',
    'unavailable',
    undefined,
    undefined,
  ]);
});

test('slowdowns multiply', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'slow', factor: 2 });
  faults.set({ fault: 'slow', factor: 5 });

  expect(faults.meet(CALLED, 1, () => 0).slowdown).toBe(10);
});

test('each target has a quota of its own', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'quota', requestsPerMinute: 1 });
  const meet = (region: string, model: string) =>
    faults.meet({ ...CALLED, region, model }, 1, () => 0).failure?.fault;

  expect([meet('us-east-1', 'a'), meet('us-east-1', 'b'), meet('us-west-2', 'a')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(meet('us-east-1', 'a')).toBe('throttle-rate');
});

test('a quota that admits is given back when another refuses', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'quota', tokensPerMinute: 100 });
  const narrow = faults.set({ fault: 'quota', tokensPerMinute: 50 });

  const refused = faults.meet(CALLED, 100, () => 0).failure?.fault;
  faults.clear(narrow);
  const admitted = faults.meet(CALLED, 100, () => 0).failure?.fault;

  expect([refused, admitted]).toEqual(['throttle-minute', undefined]);
});

test('a call that another fault fails takes nothing of a quota', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'quota', requestsPerMinute: 1 });
  const outage = faults.set({ fault: 'unavailable' });

  faults.meet(CALLED, 1, () => 0);
  faults.clear(outage);

  expect(faults.meet(CALLED, 1, () => 0).failure).toBeUndefined();
});
