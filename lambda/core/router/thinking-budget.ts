import type { Conversation } from '../../contract/conversation.ts';

/** Claude's smallest budget for thinking, in tokens. */
const LEAST_BUDGET = 1024;

/** The names under which a Claude model takes its budget. */
const FIELDS = ['thinking', 'reasoning_config'] as const;

/**
 * Returns the conversation with a budget for thinking below `maxTokens`, because a model refuses another
 * one. A budget that is too large becomes half of `maxTokens`, so that the other half is left for the
 * answer; if that is less than a model takes, the model does not think.
 */
export function withThinkingBudget(
  conversation: Conversation,
  maxTokens: number,
): { readonly conversation: Conversation; readonly isReduced: boolean } {
  const fields = Object(conversation.additionalModelRequestFields);
  const name = FIELDS.find((each) => Number(Object(fields[each]).budget_tokens) >= maxTokens);
  if (!name) return { conversation, isReduced: false };
  const { [name]: thinking, ...others } = fields;
  const budget = Math.floor(maxTokens / 2);
  const kept =
    budget < LEAST_BUDGET ? others : { ...others, [name]: { ...thinking, budget_tokens: budget } };
  return {
    conversation: { ...conversation, additionalModelRequestFields: kept },
    isReduced: true,
  };
}
