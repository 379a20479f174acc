import { parsePromptToCount } from './conversation.ts';
import { type Fate, failure, refusal } from './fate.ts';
import type { Faults } from './faults.ts';
import { jsonReply } from './reply.ts';
import type { Decide } from './serve-call.ts';

/** Counting reads the prompt and generates nothing, so it is quick. */
const COUNT_MS = 5;

/** The CountTokens operation, which takes foundation models only. */
export function createCountTokens(faults: Faults): Decide {
  return ({ region, model, body }) => {
    const tokens = parsePromptToCount(body);
    const inputTokens = typeof tokens === 'number' ? tokens : 0;
    return { size: { inputTokens, maxTokens: 0 }, fate: () => decide(region, model, tokens) };
  };

  function decide(region: string, model: string, tokens: number | string): Fate {
    if (typeof tokens === 'string') return refusal('validation', { message: tokens });
    const called = { region, model, operation: 'count-tokens' } as const;
    const met = faults.meet(called, 0, Math.random);
    if (met.failure) return failure(met.failure, model);
    return {
      kind: 'answer',
      reply: jsonReply(200, { inputTokens: tokens }),
      latencyMs: COUNT_MS * met.slowdown,
      settle: () => undefined,
    };
  }
}
