import { modelFacts } from '../../lambda/contract/models.ts';
import { type Answer, answer } from './answer.ts';
import { chanceOfCall } from './chance.ts';
import { type Conversation, parseConversation } from './conversation.ts';
import { type Fate, failure, refusal } from './fate.ts';
import type { Faults } from './faults.ts';
import { drawLatencyMs, type Latency } from './latency.ts';
import { jsonReply, type Reply } from './reply.ts';
import type { Decide } from './serve-call.ts';

export interface ConverseOptions {
  readonly faults: Faults;
  readonly latency: Latency;
  readonly seed: number;
}

/** The Converse operation. */
export function createConverse({ faults, latency, seed }: ConverseOptions): Decide {
  let callNumber = 0;

  return ({ region, model, body }) => {
    const conversation = parseConversation(body, modelFacts({ region, modelId: model }));
    return { size: sizeOf(conversation), fate: () => decide(region, model, conversation) };
  };

  function decide(region: string, model: string, conversation: Conversation | string): Fate {
    if (typeof conversation === 'string') return refusal('validation', { message: conversation });
    const random = chanceOfCall(seed, callNumber++);
    const { inputTokens, maxTokens } = conversation;
    const answered = answer(model, conversation);
    const latencyMs = drawLatencyMs(latency, model, answered.usage.outputTokens, random);
    const met = faults.meet(
      { region, model, operation: 'converse' },
      inputTokens + maxTokens,
      random,
    );
    if (met.failure) return failure(met.failure, model);
    return {
      kind: 'answer',
      reply: answerReply(answered, latencyMs * met.slowdown),
      latencyMs: latencyMs * met.slowdown,
      settle: () => met.settle(answered.usage),
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
