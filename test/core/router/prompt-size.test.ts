import { expect, test } from '@jest/globals';
import { userMessage } from '../../../lambda/contract/conversation.ts';
import { estimatedTokens } from '../../../lambda/core/router/prompt-estimate.ts';
import { PromptSize } from '../../../lambda/core/router/prompt-size.ts';
import { FakeModelClient } from '../../support/fake-model-client.ts';

const WINDOW = 200_000;
const CAP = 4_000;
const tier = { name: 'tier', targets: [], maxTokens: CAP };
const target = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' };
const chainFamily = 'claude';
const elsewhere = { ...target, region: 'us-west-2' };

function aPrompt(tokens: number, counted?: number) {
  const models = new FakeModelClient();
  models.tokens = counted;
  const messages = [userMessage('four'.repeat(tokens))] as const;
  return { models, size: new PromptSize(models, { messages }) };
}

test('an estimate counts system prompt, instruction and messages, at four bytes a token', () => {
  const messages = [userMessage('漢字')] as const;

  expect(estimatedTokens({ messages, system: [{ text: '12345678' }] }, tier)).toBe(4);
  expect(estimatedTokens({ messages }, { ...tier, simplify: '1234' })).toBe(3);
});

test.each([
  ['far below the window', 10, false],
  ['at half of the room that the answer leaves', (WINDOW - CAP) / 2, false],
  ['above that', (WINDOW - CAP) / 2 + 1, true],
  ['at twice the window', 2 * WINDOW, true],
  ['above that', 2 * WINDOW + 1, false],
])('an estimate %s (%d tokens) is close to the window: %s', (_, tokens, isClose) => {
  expect(aPrompt(tokens).size.isClose({ target, tier, chainFamily })).toBe(isClose);
});

test('the estimate is never close to the window of an unknown model', () => {
  const unknown = { region: 'us-east-1', modelId: 'example.model' };

  expect(aPrompt(WINDOW).size.isClose({ target: unknown, tier, chainFamily })).toBe(false);
});

test('tokens are counted once per run, even if the run tries several regions', async () => {
  const { models, size } = aPrompt(150_000, 190_000);

  expect(await size.tokens({ target, tier, chainFamily }, 100)).toBe(190_000);
  expect(await size.tokens({ target: elsewhere, tier, chainFamily }, 100)).toBe(190_000);
  expect(models.counted).toHaveLength(1);
});

test('a model in two tiers is counted for each, because a tier adds its own instruction', async () => {
  const { models, size } = aPrompt(150_000, 190_000);
  const brief = { ...tier, name: 'brief', simplify: 'Be brief.' };

  expect(await size.tokens({ target, tier, chainFamily }, 100)).toBe(190_000);
  models.tokens = 190_003;
  expect(await size.tokens({ target, tier: brief, chainFamily }, 100)).toBe(190_003);

  expect(models.counted.map(({ conversation }) => conversation.system)).toEqual([
    undefined,
    [{ text: 'Be brief.' }],
  ]);
});

test('the estimate of a tier includes its own instruction', () => {
  const { size } = aPrompt(1_000);

  expect(size.estimate(tier)).toBe(1_000);
  expect(size.estimate({ ...tier, name: 'brief', simplify: 'four' })).toBe(1_001);
  expect(size.estimate(tier)).toBe(1_000);
});

test('a prompt far from the window is not counted', async () => {
  const { models, size } = aPrompt(1_000, 5);

  expect(await size.tokens({ target, tier, chainFamily }, 100)).toBe(1_000);
  expect(models.counted).toEqual([]);
});

test('the estimate is used if the model gives no count', async () => {
  const { size } = aPrompt(150_000, undefined);

  expect(await size.tokens({ target, tier, chainFamily }, 100)).toBe(150_000);
});

test('a long prompt is measured once for each tier', async () => {
  let readings = 0;
  const conversation = {
    get messages() {
      readings += 1;
      return [userMessage('hello')] as const;
    },
  };
  const size = new PromptSize(new FakeModelClient(), conversation);

  for (const each of [tier, tier, { ...tier, name: 'brief' }]) size.estimate(each);
  await size.tokens({ target, tier, chainFamily }, 100);

  expect(readings).toBe(2);
});
