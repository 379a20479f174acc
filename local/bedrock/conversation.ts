import type { ContentBlock, Conversation as Request } from '../../lambda/contract/conversation.ts';
import type { ModelFacts } from '../../lambda/contract/models.ts';
import { parseJson } from '../json.ts';
import { refusalOfMessages } from './block-rules.ts';
import type { Guardrail } from './guardrail.ts';
import { type ModelRefusal, refusalByModel } from './model-rules.ts';
import { refusalOfOptions } from './option-rules.ts';
import { BYTES_PER_TOKEN, tokensOfPrompt } from './prompt-tokens.ts';
import { REQUEST_SHAPES } from './request-shapes.ts';
import { shapeRefusal } from './shape.ts';
import { refusalOfThinking } from './thinking.ts';
import { refusalOfTools } from './tool-rules.ts';

export interface Conversation {
  /** The text of the last user message. */
  readonly prompt: string;
  readonly inputTokens: number;
  /** The output tokens to hold of the quota. @default the model's maximum, as in Bedrock */
  readonly maxTokens: number;
  readonly jobId?: string;
  /** @default the prompt is all there is */
  readonly request?: Request;
  /** The family of the model, whose signatures it accepts. @default the model is a family of its own */
  readonly family?: string;
  /** @default no guardrail reads the prompt */
  readonly guardrail?: Guardrail;
}

/** The output tokens to reserve if the model is unknown and the caller sets no maximum. */
const DEFAULT_MAX_TOKENS = 64_000;

/**
 * Returns the conversation, or what Bedrock would send in place of an answer. A model that is not in
 * the catalogue accepts any well-formed request.
 */
export function parseConversation(
  operation: 'converse' | 'converse-stream',
  body: string,
  facts?: Pick<ModelFacts, 'capabilities' | 'family'>,
): Conversation | ModelRefusal {
  const parsed = parseRequest(operation, body);
  if (typeof parsed === 'string') return invalid(parsed);
  const request: Request = { ...parsed, messages: parsed.messages ?? [] };
  const { messages, inferenceConfig, requestMetadata } = request;
  const inputTokens = tokensOfPrompt(request);
  const refusal =
    refusalOfMessages(messages) ?? refusalOfTools(request) ?? refusalOfOptions(request);
  if (refusal !== undefined) return invalid(refusal);
  const byModel = facts && refusalByFacts(facts, request, inputTokens);
  if (byModel) return byModel;

  return {
    prompt: promptOf(request),
    inputTokens,
    maxTokens:
      inferenceConfig?.maxTokens ?? facts?.capabilities.maxOutputTokens ?? DEFAULT_MAX_TOKENS,
    jobId: requestMetadata?.jobId,
    request,
    family: facts?.family,
  };
}

/** Returns the prompt and its tokens, or the message of the ValidationException. */
export function parsePromptToCount(
  body: string,
): Pick<Conversation, 'prompt' | 'inputTokens'> | string {
  const parsed = parseRequest('count-tokens', body);
  if (typeof parsed === 'string') return parsed;
  const { converse, invokeModel } = parsed.input;
  if (invokeModel) {
    const bytes = Buffer.byteLength(invokeModel.body, 'base64');
    return { prompt: '', inputTokens: Math.ceil(bytes / BYTES_PER_TOKEN) };
  }
  const request: Request = { ...converse, messages: converse?.messages ?? [] };
  const prompt = promptOf(request);
  return (
    refusalOfMessages(request.messages) ??
    refusalOfTools(request) ?? { prompt, inputTokens: tokensOfPrompt(request) }
  );
}

/** The bodies of the operations after their shape is checked. */
interface Bodies {
  readonly converse: Partial<Request>;
  readonly 'converse-stream': Partial<Request>;
  readonly 'count-tokens': {
    readonly input: {
      readonly converse?: Partial<Request>;
      readonly invokeModel?: { readonly body: string };
    };
  };
}

function parseRequest<Operation extends keyof Bodies>(
  operation: Operation,
  body: string,
): Bodies[Operation] | string {
  const value = parseJson(body);
  return shapeRefusal(REQUEST_SHAPES[operation], value, '') ?? (value as Bodies[Operation]);
}

function refusalByFacts(
  { capabilities, family }: Pick<ModelFacts, 'capabilities' | 'family'>,
  request: Request,
  inputTokens: number,
): ModelRefusal | undefined {
  const refusal = refusalByModel(capabilities, request, inputTokens);
  if (refusal) return refusal;
  const ofThinking = refusalOfThinking(request, family);
  return ofThinking === undefined ? undefined : invalid(ofThinking);
}

function invalid(message: string): ModelRefusal {
  return { kind: 'validation', message };
}

function promptOf({ messages }: Request): string {
  const last = messages.findLast(({ role }) => role === 'user');
  return (last?.content ?? []).flatMap(textOf).join('\n');
}

function textOf({ text, guardContent }: ContentBlock): readonly string[] {
  const guarded = guardContent?.text?.text;
  return text === undefined && guarded === undefined ? [] : [text ?? guarded ?? ''];
}
