import { describe, expect, test } from '@jest/globals';
import {
  type Course,
  courseOf,
  type ModelBehavior,
  timeOfToken,
  tokensAfter,
  tokensToSend,
} from '../../../local/bedrock/course.ts';
import type { FaultRule } from '../../../local/bedrock/fault-rule.ts';
import { Faults } from '../../../local/bedrock/faults.ts';
import { randomOfCall, seededRandom } from '../../../local/bedrock/seeded-random.ts';

const CALL = { region: 'us-east-1', model: 'm', operation: 'converse-stream' } as const;
const CONVERSATION = { prompt: 'hello', inputTokens: 2, maxTokens: 4096 };
const LATENCY = { firstTokenMs: 1000, tokensPerSecond: 50 };

function course(rules: readonly FaultRule[], behavior: Partial<ModelBehavior> = {}, seed = 1) {
  const faults = new Faults(() => 0);
  for (const rule of rules) faults.set(rule);
  return courseOf(
    CALL,
    CONVERSATION,
    { faults, latency: LATENCY, ...behavior },
    seededRandom(seed),
  );
}

function generated(rules: readonly FaultRule[], behavior: Partial<ModelBehavior> = {}, seed = 1) {
  const chosen = course(rules, behavior, seed);
  if (chosen.kind !== 'generated') throw new Error('the call failed');
  return chosen;
}

test('without faults, a call gets its answer at the pace of the model', () => {
  expect(generated([])).toMatchObject({
    firstTokenMs: 1000,
    msPerToken: 20,
    end: { kind: 'answered' },
    answer: { stopReason: 'end_turn' },
  });
});

test('the same seed gives the same course, another seed another one', () => {
  const behavior = {
    latency: { ...LATENCY, sigma: 0.5, speedSigma: 0.2 },
    answers: { medianTokens: 300, sigma: 1 },
  };
  const times = ({ firstTokenMs, msPerToken, answer }: Extract<Course, { kind: 'generated' }>) => [
    firstTokenMs,
    msPerToken,
    answer.text,
  ];

  expect(times(generated([], behavior, 1))).toEqual(times(generated([], behavior, 1)));
  expect(times(generated([], behavior, 1))).not.toEqual(times(generated([], behavior, 2)));
});

test('a fault of some calls does not change the times of the others', () => {
  const latency = { ...LATENCY, sigma: 0.5 };
  const rule: FaultRule = { fault: 'unavailable', probability: 0.5 };
  const pace = (rules: readonly FaultRule[]) =>
    Array.from({ length: 20 }, (_, n) => {
      const faults = new Faults(() => 0);
      for (const each of rules) faults.set(each);
      return courseOf(CALL, CONVERSATION, { faults, latency }, randomOfCall(1, n));
    });

  const [healthy, brownout] = [pace([]), pace([rule])];

  const answered = brownout.filter(({ kind }) => kind === 'generated');
  expect(answered.length).toBeGreaterThan(3);
  expect(answered.length).toBeLessThan(17);
  for (const [n, each] of brownout.entries()) {
    const { kind, settle: _, ...facts } = { settle: undefined, ...each };
    if (kind === 'generated') expect(healthy[n]).toMatchObject(facts);
  }
});

test('a failing rule comes before a rule that breaks the answer', () => {
  expect(course([{ fault: 'stall' }, { fault: 'model-error' }])).toEqual({
    kind: 'failed',
    rule: { fault: 'model-error' },
  });
});

describe('faults change the pace:', () => {
  test.each([
    ['slow', { fault: 'slow', factor: 3 }, 3000, 60],
    ['slow-tokens', { fault: 'slow-tokens', factor: 3 }, 1000, 60],
  ] as const)('%s', (_, rule, firstTokenMs, msPerToken) => {
    expect(generated([rule])).toMatchObject({ firstTokenMs, msPerToken });
  });

  test('both together slow the first token only', () => {
    const rules: FaultRule[] = [
      { fault: 'slow', factor: 4 },
      { fault: 'slow-tokens', factor: 0.25 },
    ];

    expect(generated(rules)).toMatchObject({ firstTokenMs: 4000, msPerToken: 20 });
  });
});

describe('an answer that breaks', () => {
  const LONG: FaultRule = { fault: 'long-answer', tokens: 100 };

  test('breaks after the tokens of its rule, at its end at the latest', () => {
    expect(generated([LONG, { fault: 'stall', afterTokens: 40 }]).end).toEqual({
      kind: 'stall',
      afterTokens: 40,
    });
    expect(generated([LONG, { fault: 'stream-reset', afterTokens: 400 }]).end).toEqual({
      kind: 'stream-reset',
      afterTokens: 100,
    });
  });

  test('breaks at a random token after the first, if the rule names none', () => {
    const afterTokens = Array.from({ length: 200 }, (_, seed) =>
      tokensToSend(generated([LONG, { fault: 'stall' }], {}, seed)),
    );

    expect(Math.min(...afterTokens)).toBeGreaterThanOrEqual(1);
    expect(Math.min(...afterTokens)).toBeLessThan(10);
    expect(Math.max(...afterTokens)).toBeLessThan(100);
    expect(Math.max(...afterTokens)).toBeGreaterThan(90);
  });

  test('is an error of the model, unless the rule names another error', () => {
    expect(generated([{ fault: 'stream-error', afterTokens: 0 }]).end).toEqual({
      kind: 'stream-error',
      afterTokens: 0,
      error: 'modelStreamErrorException',
    });
    expect(generated([{ fault: 'stream-error', error: 'throttlingException' }]).end).toMatchObject({
      error: 'throttlingException',
    });
  });
});

test('a quota is charged for the output that the call used', () => {
  const faults = new Faults(() => 0);
  faults.set({ fault: 'quota', tokensPerMinute: 5000 });
  const first = generated([], { faults });

  expect(course([], { faults }).kind).toBe('failed');
  first.settle(10);
  expect(course([], { faults }).kind).toBe('generated');
});

test('the n-th token has its time, and a time has its tokens', () => {
  const pace = { firstTokenMs: 1000, msPerToken: 20 };

  expect([1, 2, 51].map((n) => timeOfToken(pace, n))).toEqual([1000, 1020, 2000]);
  expect([999, 1000, 1019, 1020, 2000].map((ms) => tokensAfter(pace, ms))).toEqual([
    0, 1, 1, 2, 51,
  ]);
  expect(tokensAfter({ firstTokenMs: 1, msPerToken: 0 }, 1)).toBe(Infinity);
});
