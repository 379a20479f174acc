import { expect, test } from '@jest/globals';
import { Faults } from '../../../local/bedrock/faults.ts';

const CALL = {
  region: 'us-east-1',
  model: 'model',
  operation: 'converse',
  prompt: 'hello',
} as const;

test('if several faults would fail a call, the one set first does', () => {
  const faults = new Faults(() => 0);
  const first = faults.set({ fault: 'unavailable' });
  faults.set({ fault: 'validation' });

  const before = faults.applyTo(CALL, 1, () => 0).failure?.fault;
  faults.clear(first);
  const after = faults.applyTo(CALL, 1, () => 0).failure?.fault;

  expect([before, after]).toEqual(['unavailable', 'validation']);
});

test('a fault with a probability fails that share of the calls', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'unavailable', probability: 0.3 });

  const failureOf = (draw: number) => faults.applyTo(CALL, 1, () => draw).failure?.fault;

  expect([failureOf(0), failureOf(0.299), failureOf(0.3), failureOf(0.999)]).toEqual([
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

  expect(faults.applyTo(CALL, 1, () => 0).slowdown).toBe(10);
});

test('slow tokens lengthen the time between tokens only', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'slow-tokens', factor: 2 });
  faults.set({ fault: 'slow-tokens', factor: 5 });

  expect(faults.applyTo(CALL, 1, () => 0)).toMatchObject({ slowdown: 1, tokenSlowdown: 10 });
});

test('a rule with a prompt is for the calls whose last user message matches', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'model-error', prompt: '*poison*' });

  const failureOf = (prompt: string) =>
    faults.applyTo({ ...CALL, prompt }, 1, () => 0).failure?.fault;

  expect([failureOf('a poison\nprompt'), failureOf('a prompt')]).toEqual([
    'model-error',
    undefined,
  ]);
});

test('if several faults would break an answer or set its length, the one set first does', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'stall', afterTokens: 9 });
  faults.set({ fault: 'stream-reset', afterTokens: 1 });
  faults.set({ fault: 'long-answer', tokens: 500 });
  faults.set({ fault: 'long-answer', tokens: 5 });

  expect(faults.applyTo(CALL, 1, () => 0)).toMatchObject({
    streamFault: { fault: 'stall', afterTokens: 9 },
    answerTokens: 500,
  });
});

test('each target has its own quota', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'quota', requestsPerMinute: 1 });
  const failureOf = (region: string, model: string) =>
    faults.applyTo({ ...CALL, region, model }, 1, () => 0).failure?.fault;

  expect([
    failureOf('us-east-1', 'a'),
    failureOf('us-east-1', 'b'),
    failureOf('us-west-2', 'a'),
  ]).toEqual([undefined, undefined, undefined]);
  expect(failureOf('us-east-1', 'a')).toBe('throttle-rate');
});

test('a reservation is given back if another quota refuses the call', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'quota', tokensPerMinute: 100 });
  const narrow = faults.set({ fault: 'quota', tokensPerMinute: 50 });

  const refused = faults.applyTo(CALL, 100, () => 0).failure?.fault;
  faults.clear(narrow);
  const admitted = faults.applyTo(CALL, 100, () => 0).failure?.fault;

  expect([refused, admitted]).toEqual(['throttle-minute', undefined]);
});

test('a call that another fault fails takes nothing from a quota', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'quota', requestsPerMinute: 1 });
  const outage = faults.set({ fault: 'unavailable' });

  faults.applyTo(CALL, 1, () => 0);
  faults.clear(outage);

  expect(faults.applyTo(CALL, 1, () => 0).failure).toBeUndefined();
});
