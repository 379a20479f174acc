import { createHash } from 'node:crypto';
import type { Conversation, Reasoning } from '../../lambda/contract/conversation.ts';
import { firstOf } from './shape.ts';

const LEAST_BUDGET = 1024;

interface Thinking {
  readonly type?: string;
  readonly budget_tokens?: number;
}

/** True if the request lets a Claude model think before it answers. */
export function hasThinking(request: Conversation): boolean {
  const type = thinkingOf(request)?.type;
  return type === 'enabled' || type === 'adaptive';
}

/** Returns the signature of a thought, which only models of the same family accept. */
export function signatureOf(family: string, thought: string): string {
  const hash = createHash('sha256').update(thought).digest('hex').slice(0, 16);
  return Buffer.from(`${family} ${hash}`).toString('base64');
}

/**
 * Returns the reason for which a model refuses the thinking that is asked for, or the thoughts in the
 * conversation.
 *
 * @param family the family of the model, such as `claude`
 */
export function refusalOfThinking(request: Conversation, family: string): string | undefined {
  const refusal = family === 'claude' ? refusalByClaude(request) : refusalOfForeignFields(request);
  if (refusal !== undefined) return errors(refusal);
  return firstOf(request.messages.entries(), ([m, { content }]) =>
    firstOf(content.entries(), ([i, { reasoningContent }]) => {
      const isForeign = reasoningContent && !isOfFamily(reasoningContent, family);
      return isForeign
        ? errors(`messages.${m}.content.${i}: Invalid \`signature\` in \`thinking\` block`)
        : undefined;
    }),
  );
}

function refusalByClaude(request: Conversation): string | undefined {
  if (!hasThinking(request)) return undefined;
  const { inferenceConfig: { maxTokens, temperature } = {}, toolConfig } = request;
  const { type, budget_tokens: budget } = thinkingOf(request) ?? {};
  const choice = toolConfig?.toolChoice;
  if (choice?.any ?? choice?.tool) {
    return 'Thinking may not be enabled when tool_choice forces tool use.';
  }
  if (temperature !== undefined && temperature !== 1) {
    return '`temperature` may only be set to 1 when thinking is enabled.';
  }
  if (type === 'adaptive') return undefined;
  if (budget === undefined) return 'thinking.enabled.budget_tokens: Field required';
  if (budget < LEAST_BUDGET) {
    return `thinking.enabled.budget_tokens: Input should be greater than or equal to ${LEAST_BUDGET}`;
  }
  if (maxTokens !== undefined && maxTokens <= budget) {
    return '`max_tokens` must be greater than `thinking.budget_tokens`.';
  }
  return undefined;
}

function refusalOfForeignFields(request: Conversation): string | undefined {
  return thinkingOf(request) === undefined
    ? undefined
    : 'Malformed input request: #: extraneous key [thinking] is not permitted, please reformat your input and try again.';
}

function isOfFamily({ reasoningText }: Reasoning, family: string): boolean {
  if (!reasoningText) return true;
  return reasoningText.signature === signatureOf(family, reasoningText.text);
}

function thinkingOf({ additionalModelRequestFields }: Conversation): Thinking | undefined {
  return Object(additionalModelRequestFields).thinking;
}

function errors(text: string): string {
  return `The model returned the following errors: ${text}`;
}
