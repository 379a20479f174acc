import { type CallResult, ruleFailure, serviceFailure } from './call-result.ts';
import { parsePromptToCount } from './conversation.ts';
import type { Faults } from './faults.ts';
import type { OperationHandler } from './serve-call.ts';
import { jsonReply } from './service-error.ts';

/** The latency of a count, which is short because the model generates nothing. */
const COUNT_MS = 5;

/** Creates the CountTokens operation. */
export function createCountTokens(faults: Faults): OperationHandler {
  return ({ region, model, body }) => {
    const tokens = parsePromptToCount(body);
    const inputTokens = typeof tokens === 'number' ? tokens : 0;
    return {
      size: { inputTokens, maxTokens: 0 },
      chooseResult: () => resultOf(region, model, tokens),
    };
  };

  function resultOf(region: string, model: string, tokens: number | string): CallResult {
    if (typeof tokens === 'string') return serviceFailure('validation', { message: tokens });
    const call = { region, model, operation: 'count-tokens' } as const;
    const effects = faults.applyTo(call, 0, Math.random);
    if (effects.failure) return ruleFailure(effects.failure, model);
    return {
      kind: 'answer',
      reply: jsonReply(200, { inputTokens: tokens }),
      latencyMs: COUNT_MS * effects.slowdown,
      settle: () => undefined,
    };
  }
}
