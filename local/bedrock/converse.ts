import { modelFacts } from '../../lambda/contract/models.ts';
import { type Conversation, parseConversation } from './conversation.ts';
import { courseOf, type Generation, type ModelBehavior } from './course.ts';
import { type Delivery, failAsRuled, sendError } from './delivery.ts';
import type { ModelCall } from './model-call.ts';
import type { Random } from './seeded-random.ts';
import { sendAnswer } from './send-answer.ts';
import type { OperationHandler } from './serve-call.ts';
import { streamAnswer } from './stream-answer.ts';

export interface ConverseOptions {
  readonly behavior: ModelBehavior;
  /** Returns the random numbers of the next call. */
  readonly nextRandom: () => Random;
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
  { behavior, nextRandom }: ConverseOptions,
): OperationHandler {
  return ({ region, model, body }) => {
    const conversation = parseConversation(
      body,
      modelFacts({ region, modelId: model })?.capabilities,
    );
    return {
      size: sizeOf(conversation),
      chooseResult: () => resultOf({ operation, region, model }, conversation),
    };
  };

  function resultOf(call: ModelCall, conversation: Conversation | string): Delivery {
    if (typeof conversation === 'string') return sendError('validation', { message: conversation });
    const course = courseOf(call, conversation, behavior, nextRandom());
    return course.kind === 'failed' ? failAsRuled(course.rule, call.model) : deliver(course);
  }
}

function sizeOf(conversation: Conversation | string) {
  if (typeof conversation === 'string') return { inputTokens: 0, maxTokens: 0 };
  const { inputTokens, maxTokens, jobId } = conversation;
  return { inputTokens, maxTokens, jobId };
}
