import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../../lambda/contract/conversation.ts';
import { shapeRequest } from '../../../lambda/core/router/shape.ts';
import { withThinkingBudget } from '../../../lambda/core/router/thinking-budget.ts';

const asking = (additionalModelRequestFields?: unknown) => ({
  messages: [userMessage('hello')],
  ...(additionalModelRequestFields !== undefined && { additionalModelRequestFields }),
});
const thinking = (budget_tokens: number) => ({ type: 'enabled', budget_tokens });

describe('a budget for thinking', () => {
  test.each([
    ['below the tokens of the answer', { thinking: thinking(4095) }],
    ['that the model chooses', { thinking: { type: 'adaptive' } }],
    ['that is absent', { top_k: 5 }],
    ['without any parameters', undefined],
  ])('%s stays', (_, fields) => {
    const conversation = asking(fields);

    expect(withThinkingBudget(conversation, 4096)).toEqual({ conversation, isReduced: false });
  });

  test.each(['thinking', 'reasoning_config'])('above them becomes half of them: %s', (name) => {
    expect(withThinkingBudget(asking({ top_k: 5, [name]: thinking(4096) }), 4096)).toEqual({
      conversation: asking({ top_k: 5, [name]: thinking(2048) }),
      isReduced: true,
    });
  });

  test('is left out if half of them is less than a model takes', () => {
    expect(withThinkingBudget(asking({ top_k: 5, thinking: thinking(4096) }), 2047)).toEqual({
      conversation: asking({ top_k: 5 }),
      isReduced: true,
    });
  });
});

test('a tier with short answers reduces the budget, and the answer says so', () => {
  const target = { region: 'us-east-1', modelId: 'anthropic.claude-sonnet-4-5-20250929-v1:0' };
  const tier = { name: 'tier', targets: [target], maxTokens: 2048 };
  const conversation = {
    ...asking({ thinking: thinking(6000) }),
    inferenceConfig: { maxTokens: 8000 },
  };

  const shaped = shapeRequest({ target, tier, chainFamily: 'claude' }, conversation, 'job-1', 1);

  expect(shaped).toMatchObject({
    reducedBy: ['maxTokens', 'additionalModelRequestFields'],
    request: {
      conversation: {
        inferenceConfig: { maxTokens: 2048 },
        additionalModelRequestFields: { thinking: { budget_tokens: 1024 } },
      },
    },
  });
});
