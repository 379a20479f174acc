import { expect, test } from '@jest/globals';
import { courseOf, timeOfToken } from '../../../local/bedrock/course.ts';
import { Faults } from '../../../local/bedrock/faults.ts';
import { randomOfCall } from '../../../local/bedrock/seeded-random.ts';
import { SPEEDS, type SpeedName } from '../../../local/bedrock/speeds.ts';
import { median } from '../../support/median.ts';

const SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const PROMPT = 'Why do ships have anchors?';

function answers(speed: SpeedName, model: string, inputTokens = 7) {
  const behavior = { faults: new Faults(() => 0), ...SPEEDS[speed] };
  const call = { region: 'us-east-1', model, operation: 'converse-stream' } as const;
  return Array.from({ length: 1000 }, (_, n) => {
    const conversation = { prompt: PROMPT, inputTokens, maxTokens: 4096 };
    const course = courseOf(call, conversation, behavior, randomOfCall(1, n));
    if (course.kind !== 'generated') throw new Error('the call failed');
    const tokens = course.answer.usage.outputTokens;
    const seconds = timeOfToken(course, tokens) / 1000;
    return { tokens, seconds, firstTokenMs: course.firstTokenMs };
  });
}

test('at the quick speed, an ordinary answer takes about a second, and never three', () => {
  const seconds = answers('quick', SONNET).map((each) => each.seconds);

  expect(median(seconds)).toBeGreaterThan(0.5);
  expect(median(seconds)).toBeLessThan(1.5);
  expect(Math.max(...seconds)).toBeLessThan(3);
});

test('at the realistic speed, models differ as in published measurements', () => {
  const [sonnet, haiku] = [answers('realistic', SONNET), answers('realistic', HAIKU)];

  expect(median(sonnet.map((each) => each.firstTokenMs))).toBeCloseTo(1800, -2);
  expect(median(haiku.map((each) => each.firstTokenMs))).toBeCloseTo(600, -2);
  // 300 tokens at 63 and at 112 tokens per second.
  expect(median(sonnet.map(({ seconds }) => seconds))).toBeCloseTo(6.6, 0);
  expect(median(haiku.map(({ seconds }) => seconds))).toBeCloseTo(3.3, 0);
});

test('at the realistic speed, lengths spread up to maxTokens, and a long prompt delays the first token', () => {
  const realistic = answers('realistic', SONNET);
  const withLongPrompt = answers('realistic', SONNET, 100_000);
  const lengths = realistic.map(({ tokens }) => tokens).sort((a, b) => a - b);

  expect(median(lengths)).toBeCloseTo(300, -2);
  expect(lengths[900]).toBeGreaterThan(900);
  expect(lengths.at(-1)).toBe(4096);
  expect(
    median(withLongPrompt.map((each) => each.firstTokenMs)) -
      median(realistic.map((each) => each.firstTokenMs)),
  ).toBeCloseTo(4000, -1);
});
