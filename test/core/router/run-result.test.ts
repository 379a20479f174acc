import { expect, test } from '@jest/globals';
import type { AttemptOutcome } from '../../../lambda/contract/words.ts';
import { calledIn, isUnfit, REFUSED, refusedEnd } from '../../../lambda/core/router/run-result.ts';

test('the targets that a run called are those that it did not skip', () => {
  const outcomes: readonly AttemptOutcome[] = ['skipped', 'fault', 'answered', 'aborted'];
  const attempts = outcomes.map((outcome) => ({
    target: `us-east-1/${outcome}`,
    tier: 'only',
    outcome,
    at: 1,
    ms: 1,
  }));

  expect(calledIn(attempts)).toEqual([
    'us-east-1/fault',
    'us-east-1/answered',
    'us-east-1/aborted',
  ]);
});

test('each refusal has a type and a title of its own', () => {
  const refusals = Object.values(REFUSED);

  for (const { type, title } of refusals) {
    expect(type).toMatch(/^urn:holdfast:problem:[a-z-]+$/);
    expect(title).toMatch(/^The \w+ .*\w$/);
  }
  expect(new Set(refusals.map(({ type }) => type)).size).toBe(refusals.length);
  expect(new Set(refusals.map(({ title }) => title)).size).toBe(refusals.length);
});

test('a refusal has a detail only if a model gave one', () => {
  expect(refusedEnd(REFUSED.invalid, 'Why.')).toMatchObject({ detail: 'Why.' });
  expect(refusedEnd(REFUSED.invalid)).not.toHaveProperty('detail');
});

test.each([
  ['refused', true],
  ['too-long', true],
  ['unsupported:image', true],
  ['open', false],
  ['half-open', false],
  ['forced-open', false],
  ['disabled', false],
  ['region-unhealthy', false],
])('a target skipped as %s is unfit for the job: %s', (reason, unfit) => {
  expect(isUnfit(reason)).toBe(unfit);
});
