import { modelFacts } from '../../lambda/contract/models.ts';
import { type Conversation, parseConversation } from './conversation.ts';
import { courseOf, type Generation, type ModelBehavior } from './course.ts';
import { type Delivery, failAsRuled, sendError } from './delivery.ts';
import { type Guardrail, guardrailOf } from './guardrail.ts';
import type { ModelCall } from './model-call.ts';
import type { ModelRefusal } from './model-rules.ts';
import { type PromptCache, prefixesOf } from './prompt-cache.ts';
import type { RequestLog } from './request-log.ts';
import type { Random } from './seeded-random.ts';
import { sendAnswer } from './send-answer.ts';
import type { OperationHandler } from './serve-call.ts';
import { streamAnswer } from './stream-answer.ts';

export interface ConverseOptions {
  readonly behavior: ModelBehavior;
  /** Returns the random numbers of the next call. */
  readonly nextRandom: () => Random;
  readonly guardrails: readonly Guardrail[];
  readonly promptCache: PromptCache;
  readonly requests: RequestLog;
}

/** Creates the Converse operation, which sends an answer in one piece. */
export function createConverse(options: ConverseOptions): OperationHandler {
  return createGeneration('converse', sendAnswer, options);
}

/** Creates the ConverseStream operation, which sends an answer while the model generates it. */
export function createConverseStream(options: ConverseOptions): OperationHandler {
  return createGeneration('converse-stream', streamAnswer, options);
}

function createGeneration(
  operation: 'converse' | 'converse-stream',
  deliver: (generation: Generation) => Delivery,
  { behavior, nextRandom, guardrails, promptCache, requests }: ConverseOptions,
): OperationHandler {
  return ({ region, model, body }) => {
    const facts = modelFacts({ region, modelId: model });
    const conversation = parseConversation(operation, body, facts);
    requests.add({ operation, region, model, jobId: sizeOf(conversation).jobId, body });
    return {
      size: sizeOf(conversation),
      guardrail: guardrailIdOf(conversation),
      chooseResult: () => resultOf({ operation, region, model }, conversation),
    };
  };

  function resultOf(call: ModelCall, conversation: Conversation | ModelRefusal): Delivery {
    if ('kind' in conversation) return refuse(conversation);
    const { request } = conversation;
    const guardrail = request && guardrailOf(guardrails, request, call.region);
    if (typeof guardrail === 'string') return refuse({ kind: 'validation', message: guardrail });
    const course = courseOf(call, { ...conversation, guardrail }, behavior, nextRandom());
    if (course.kind === 'failed') return failAsRuled(course.rule, call.model);
    return deliver(withCache(course, call, request));
  }

  function withCache(
    generation: Generation,
    { region, model }: ModelCall,
    request: Conversation['request'],
  ): Generation {
    const prefixes = request ? prefixesOf(request) : [];
    if (prefixes.length === 0) return generation;
    const cached = promptCache.use(`${region}/${model}`, prefixes);
    const { answer } = generation;
    const inputTokens =
      answer.usage.inputTokens - cached.cacheReadInputTokens - cached.cacheWriteInputTokens;
    return {
      ...generation,
      answer: { ...answer, usage: { ...answer.usage, ...cached, inputTokens } },
    };
  }
}

function refuse({ kind, message }: ModelRefusal): Delivery {
  return sendError(kind, { message });
}

function guardrailIdOf(conversation: Conversation | ModelRefusal): string | undefined {
  if ('kind' in conversation) return undefined;
  return conversation.request?.guardrailConfig?.guardrailIdentifier;
}

function sizeOf(conversation: Conversation | ModelRefusal) {
  if ('kind' in conversation) return { inputTokens: 0, maxTokens: 0 };
  const { inputTokens, maxTokens, jobId } = conversation;
  return { inputTokens, maxTokens, jobId };
}
