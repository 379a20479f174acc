import { modelFacts } from '../../lambda/contract/models.ts';
import type { Reply } from '../loopback.ts';
import { type Answer, answer } from './answer.ts';
import { type CallResult, ruleFailure, serviceFailure } from './call-result.ts';
import { type Conversation, parseConversation } from './conversation.ts';
import type { Faults } from './faults.ts';
import { drawLatencyMs, type Latency } from './latency.ts';
import { randomOfCall } from './seeded-random.ts';
import type { OperationHandler } from './serve-call.ts';
import { jsonReply } from './service-error.ts';

export interface ConverseOptions {
  readonly faults: Faults;
  readonly latency: Latency;
  readonly seed: number;
}

/** Creates the Converse operation. */
export function createConverse({ faults, latency, seed }: ConverseOptions): OperationHandler {
  let callNumber = 0;

  return ({ region, model, body }) => {
    const conversation = parseConversation(body, modelFacts({ region, modelId: model }));
    return {
      size: sizeOf(conversation),
      chooseResult: () => resultOf(region, model, conversation),
    };
  };

  function resultOf(
    region: string,
    model: string,
    conversation: Conversation | string,
  ): CallResult {
    if (typeof conversation === 'string') {
      return serviceFailure('validation', { message: conversation });
    }
    const random = randomOfCall(seed, callNumber++);
    const { inputTokens, maxTokens } = conversation;
    const answered = answer(model, conversation);
    const usualMs = drawLatencyMs(latency, model, answered.usage.outputTokens, random);
    const call = { region, model, operation: 'converse' } as const;
    const effects = faults.applyTo(call, inputTokens + maxTokens, random);
    if (effects.failure) return ruleFailure(effects.failure, model);
    const latencyMs = usualMs * effects.slowdown;
    return {
      kind: 'answer',
      reply: answerReply(answered, latencyMs),
      latencyMs,
      settle: () => effects.settle(answered.usage),
    };
  }
}

function sizeOf(conversation: Conversation | string) {
  if (typeof conversation === 'string') return { inputTokens: 0, maxTokens: 0 };
  const { inputTokens, maxTokens, jobId } = conversation;
  return { inputTokens, maxTokens, jobId };
}

function answerReply({ text, stopReason, usage }: Answer, latencyMs: number): Reply {
  return jsonReply(200, {
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason,
    usage: { ...usage, totalTokens: usage.inputTokens + usage.outputTokens },
    metrics: { latencyMs: Math.round(latencyMs) },
  });
}
