import { expect, test } from '@jest/globals';
import { answer, drawAnswerTokens } from '../../../local/bedrock/answer.ts';
import { answerText } from '../../../local/bedrock/answer-text.ts';
import { seededRandom } from '../../../local/bedrock/seeded-random.ts';

test('a cut answer ends before the character that the cut would split', () => {
  const conversation = { prompt: '€'.repeat(50), inputTokens: 1, maxTokens: 14 };

  const { text, stopReason } = answer('m', conversation);

  expect(text).toMatch(/^This is m, simulated. Your prompt [0-9a-f]{8} begins: €$/);
  expect(stopReason).toBe('max_tokens');
  expect(answer('m', { ...conversation, maxTokens: 30 }).text).toMatch(/begins: €+$/);
});

test('model, prompt and length determine a long answer', () => {
  const text = answerText('m', 'Tell me a story', 200);

  expect(text).toHaveLength(800);
  expect(text).toMatch(/^This is m, simulated.* begins: Tell me a story\nLine 1 of the answer to /);
  expect(answerText('m', 'Tell me a story', 200)).toBe(text);
  expect(answerText('m', 'Tell me a story', 300).startsWith(text)).toBe(true);
});

test('a long answer is cut at maxTokens', () => {
  const conversation = { prompt: 'hello', inputTokens: 2, maxTokens: 100 };

  expect(answer('m', conversation, 100)).toMatchObject({
    stopReason: 'end_turn',
    usage: { inputTokens: 2, outputTokens: 100 },
  });
  expect(answer('m', conversation, 101)).toMatchObject({
    text: answerText('m', 'hello', 100),
    stopReason: 'max_tokens',
    usage: { inputTokens: 2, outputTokens: 100 },
  });
});

test('the lengths of answers have the median and the spread that are set', () => {
  const random = seededRandom(7);
  const lengths = Array.from({ length: 10_000 }, () =>
    drawAnswerTokens({ medianTokens: 300, sigma: 1 }, random),
  ).sort((a, b) => a - b);

  expect(lengths[5000]).toBeGreaterThan(290);
  expect(lengths[5000]).toBeLessThan(310);
  // The 90th percentile is median × e^(1.282 sigma) = 1081.
  expect(lengths[9000]).toBeGreaterThan(1030);
  expect(lengths[9000]).toBeLessThan(1130);
});
