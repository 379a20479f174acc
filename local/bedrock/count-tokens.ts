import { sendReply } from '../../console/server/loopback.ts';
import { type Conversation, parsePromptToCount } from './conversation.ts';
import { actAfter, type Delivery, failAsRuled, sendError } from './delivery.ts';
import type { PromptedCall } from './fault-rule.ts';
import type { Faults } from './faults.ts';
import type { Random } from './seeded-random.ts';
import type { OperationHandler } from './serve-call.ts';
import { jsonReply } from './service-error.ts';

/** The latency of a count, which is short because the model generates nothing. */
const COUNT_MS = 5;

/**
 * Creates the CountTokens operation.
 *
 * @param nextRandom returns the random numbers of the next call
 */
export function createCountTokens(faults: Faults, nextRandom: () => Random): OperationHandler {
  return ({ region, model, body }) => {
    const counted = parsePromptToCount(body);
    const inputTokens = typeof counted === 'string' ? 0 : counted.inputTokens;
    return {
      size: { inputTokens, maxTokens: 0 },
      chooseResult: () =>
        typeof counted === 'string'
          ? sendError('validation', { message: counted })
          : resultOf({ region, model, operation: 'count-tokens', prompt: counted.prompt }, counted),
    };
  };

  function resultOf(
    call: PromptedCall,
    { inputTokens }: Pick<Conversation, 'inputTokens'>,
  ): Delivery {
    const { failure, slowdown } = faults.applyTo(call, 0, nextRandom());
    return failure ? failAsRuled(failure, call.model) : sendCount(inputTokens, COUNT_MS * slowdown);
  }
}

function sendCount(inputTokens: number, latencyMs: number): Delivery {
  return ({ response, closed, logged }) =>
    actAfter(latencyMs, closed, {
      act: () => {
        logged.end('answered', 200);
        sendReply(response, jsonReply(200, { inputTokens }));
      },
      left: () => logged.end('abandoned'),
    });
}
