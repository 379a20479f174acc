import { AnswerAssembly } from '../../lambda/core/router/answer-assembly.ts';
import type { CallLimits, CallOutcome, CallWatch } from '../../lambda/core/router/model-client.ts';
import { outcomeOf, type StreamEnd } from '../../lambda/core/router/stream-end.ts';
import type { LoggedCall } from '../../local/bedrock/call-log.ts';
import type { CallTimer } from './call-timer.ts';

/** A call that is being served in virtual time. */
export interface SimulatedCall {
  readonly inputTokens: number;
  readonly limits: CallLimits;
  readonly watch: CallWatch;
  readonly timer: CallTimer;
  readonly logged: LoggedCall;
}

/** Returns the outcome of a call that ends before its model has answered anything. */
export function outcomeWithoutAnswer(
  { inputTokens, limits }: Pick<SimulatedCall, 'inputTokens' | 'limits'>,
  end: StreamEnd,
): CallOutcome {
  if (limits.isStreamed) return outcomeOf(new AnswerAssembly(inputTokens), end);
  if (end.why === 'error') return { outcome: 'failure', failure: end.failure };
  if (end.why === 'aborted') {
    return { outcome: 'aborted', usage: { inputTokens, outputTokens: 0, estimated: true } };
  }
  return { outcome: 'failure', failure: { kind: 'timeout', name: 'AnswerTimeout' } };
}
