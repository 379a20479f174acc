import { z } from 'zod';
import type { Capabilities } from '../../lambda/contract/capabilities.ts';
import { parseJson } from '../loopback.ts';

export interface Conversation {
  /** The text of the last user message. */
  readonly prompt: string;
  readonly inputTokens: number;
  /** The output tokens to reserve from the quota. @default the model's maximum, as in Bedrock */
  readonly maxTokens: number;
  readonly jobId?: string;
}

export const BYTES_PER_TOKEN = 4;

/** The output tokens to reserve if the model is unknown and the caller sets no maximum. */
const DEFAULT_MAX_TOKENS = 64_000;

const blocks = z.array(z.looseObject({ text: z.string().optional() }));
const request = z.looseObject({
  messages: z
    .array(
      z.looseObject({
        role: z.enum(
          ['user', 'assistant'],
          'Member must satisfy enum value set: [user, assistant]',
        ),
        content: blocks,
      }),
    )
    .default([]),
  system: blocks.default([]),
  inferenceConfig: z
    .looseObject({
      maxTokens: z.int().min(1, 'Member must have value greater than or equal to 1').optional(),
      temperature: unitInterval(),
      topP: unitInterval(),
      stopSequences: z.array(z.string().min(1)).optional(),
    })
    .default({}),
  requestMetadata: z.record(z.string(), z.string()).default({}),
});
type Request = z.infer<typeof request>;
const countRequest = z.looseObject({ input: z.looseObject({ converse: request }) });

/**
 * Returns the conversation, or the message of the ValidationException that Bedrock would send. A
 * model that is not in the catalogue accepts any well-formed request.
 */
export function parseConversation(body: string, can?: Capabilities): Conversation | string {
  const result = request.safeParse(parseJson(body));
  if (!result.success) return constraintText(result.error.issues[0]);
  const { messages, inferenceConfig, requestMetadata } = result.data;
  const inputTokens = inputTokensOf(result.data);
  const refusal =
    refusalOfMessages(messages) ?? (can && refusalByModel(can, result.data, inputTokens));
  if (refusal !== undefined) return refusal;

  const maxTokens = inferenceConfig.maxTokens ?? can?.maxOutputTokens ?? DEFAULT_MAX_TOKENS;
  return { prompt: promptOf(messages), inputTokens, maxTokens, jobId: requestMetadata.jobId };
}

/** Returns the prompt and its tokens, or the message of the ValidationException. */
export function parsePromptToCount(
  body: string,
): Pick<Conversation, 'prompt' | 'inputTokens'> | string {
  const result = countRequest.safeParse(parseJson(body));
  if (!result.success) return constraintText(result.error.issues[0]);
  const { converse } = result.data.input;
  const prompt = promptOf(converse.messages);
  return refusalOfMessages(converse.messages) ?? { prompt, inputTokens: inputTokensOf(converse) };
}

/** Counts four bytes as a token: close enough for English, and easy to calculate in a test. */
export function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

function refusalOfMessages(messages: Request['messages']): string | undefined {
  if (messages[0]?.role !== 'user') {
    return 'A conversation must start with a user message. Try again with a conversation that starts with a user message.';
  }
  for (const [m, { role, content }] of messages.entries()) {
    if (role === messages[m - 1]?.role) {
      return 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.';
    }
    if (content.length === 0) {
      return `The content field in the Message object at messages.${m} is empty. Add a ContentBlock object to the content field and try again.`;
    }
    const blank = content.findIndex(({ text }) => text !== undefined && text.trim() === '');
    if (blank >= 0) {
      return `The text field in the ContentBlock object at messages.${m}.content.${blank} is blank. Add text to the text field, and try again.`;
    }
  }
  return undefined;
}

function refusalByModel(
  { maxOutputTokens, contextWindow, sampling, finalAssistantTurn }: Capabilities,
  { messages, inferenceConfig: { maxTokens, temperature, topP } }: Request,
  inputTokens: number,
): string | undefined {
  if (maxTokens !== undefined && maxTokens > maxOutputTokens) {
    return `The maximum tokens you requested exceeds the model limit of ${maxOutputTokens}. Try again with a maximum tokens value that is lower than ${maxOutputTokens}.`;
  }
  if (inputTokens > contextWindow) return 'Input is too long for requested model.';
  if (sampling === 'one' && temperature !== undefined && topP !== undefined) {
    return 'The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. Please use only one.';
  }
  if (sampling === 'none' && (temperature ?? topP) !== undefined) {
    return 'The model returned the following errors: sampling parameters are not supported for this model.';
  }
  if (!finalAssistantTurn && messages.at(-1)?.role === 'assistant') {
    return 'The model returned the following errors: This model does not support assistant message prefill. The conversation must end with a user message.';
  }
  return undefined;
}

function constraintText(issue: z.core.$ZodIssue | undefined): string {
  const at = issue?.path.join('.') || 'body';
  return `1 validation error detected: Value at '${at}' failed to satisfy constraint: ${issue?.message ?? 'unknown'}`;
}

function unitInterval() {
  return z
    .number()
    .min(0, 'Member must have value greater than or equal to 0')
    .max(1, 'Member must have value less than or equal to 1')
    .optional();
}

function promptOf(messages: Request['messages']): string {
  const last = messages.findLast(({ role }) => role === 'user');
  return (last?.content ?? []).map(({ text = '' }) => text).join('\n');
}

function inputTokensOf({ messages, system }: Request): number {
  const all = [...system, ...messages.flatMap(({ content }) => content)];
  return all.reduce((sum, { text = '' }) => sum + tokensOf(text), 0);
}
