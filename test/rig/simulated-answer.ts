import { failureOf } from '../../lambda/core/router/failure.ts';
import type { CallOutcome } from '../../lambda/core/router/model-client.ts';
import { type Generation, timeOfToken, tokensToSend } from '../../local/bedrock/course.ts';
import { SERVICE_ERRORS } from '../../local/bedrock/service-error.ts';
import { SAME_SERVICE_ERRORS } from '../../local/bedrock/stream-error.ts';
import { aModelAnswer } from '../support/model-answer.ts';
import { outcomeWithoutAnswer, type SimulatedCall } from './simulated-call.ts';
import { RESET } from './simulated-errors.ts';

/** Receives an answer in one piece, as Converse sends it. */
export async function receiveAnswer(
  call: SimulatedCall,
  generation: Generation,
): Promise<CallOutcome> {
  const { timer, logged } = call;
  const { answer, end, settle } = generation;
  const isStalled = end.kind === 'stall';
  const endsAtMs = isStalled ? Infinity : timeOfToken(generation, tokensToSend(generation));
  const why = await timer.waitUntil(endsAtMs);
  if (why) {
    // A model generates to the end although its caller has left.
    settle(isStalled ? end.afterTokens : answer.usage.outputTokens);
    logged.end(isStalled ? 'stall' : 'abandoned');
    return outcomeWithoutAnswer(call, { why });
  }
  settle(tokensToSend(generation));
  if (end.kind === 'answered') {
    logged.sent(answer.usage.outputTokens);
    logged.end('answered', 200);
    const { stopReason, usage } = answer;
    return { outcome: 'answer', answer: aModelAnswer(answer.text, { stopReason, usage }) };
  }
  logged.end(end.kind);
  const error =
    end.kind === 'stream-error' ? SERVICE_ERRORS[SAME_SERVICE_ERRORS[end.error]] : RESET;
  return outcomeWithoutAnswer(call, { why: 'error', failure: failureOf(error, 0) });
}
