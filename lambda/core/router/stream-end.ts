import type { AnswerAssembly, AnswerEvent } from './answer-assembly.ts';
import type { CallLimits, CallOutcome, ModelFailure } from './model-client.ts';

/**
 * The reason for which a call is stopped from our side: one of its limits has passed, or its
 * caller aborts it. `usage`: the answer is complete, but its usage or the stream's end is missing.
 */
export type Stop = 'first-token' | 'stall' | 'answer-time' | 'usage' | 'aborted';

/** The way in which a stream ended. `ended`: without an error, complete or not. */
export type StreamEnd =
  | { readonly why: Stop | 'ended' }
  | { readonly why: 'error'; readonly failure: ModelFailure };

/**
 * The longest wait for the usage of a complete answer, in milliseconds. Bedrock sends it directly
 * after the answer. A caller should not wait longer for a number that can be estimated.
 */
const USAGE_WAIT_MS = 1000;

/**
 * Returns the limit that applies from this event on, in milliseconds, or `undefined` if the
 * previous one goes on. The limit for the first token goes on until there is a token.
 */
export function limitAfter(
  event: AnswerEvent,
  assembly: AnswerAssembly,
  { stallMs }: CallLimits,
): { readonly stop: Stop; readonly ms: number } | undefined {
  if (event.type === 'message-stop') {
    return { stop: 'usage', ms: Math.min(stallMs, USAGE_WAIT_MS) };
  }
  if (assembly.isComplete || !assembly.hasToken) return undefined;
  return { stop: 'stall', ms: stallMs };
}

/**
 * Returns the result of a stream. A complete answer counts however its stream ended. Without a
 * token, an error keeps its own kind; after a token, every early end is a broken stream, because the
 * same error then costs an answer that had begun.
 */
export function outcomeOf(assembly: AnswerAssembly, end: StreamEnd): CallOutcome {
  const { answer, usage, hasToken, isComplete } = assembly;
  if (isComplete) return { outcome: 'answer', answer };
  if (end.why === 'aborted') return { outcome: 'aborted', usage };
  if (!hasToken) return { outcome: 'failure', failure: failureWithoutToken(end) };
  if (end.why === 'answer-time') return { outcome: 'answer', answer };
  return { outcome: 'failure', failure: brokenStream(end), usage };
}

function failureWithoutToken(end: StreamEnd): ModelFailure {
  if (end.why === 'error') return end.failure;
  if (end.why === 'ended') return { kind: 'fault', name: 'StreamEnded' };
  return { kind: 'timeout', name: 'FirstTokenTimeout' };
}

function brokenStream(end: StreamEnd): ModelFailure {
  const kind = 'broken-stream';
  if (end.why !== 'error')
    return { kind, name: end.why === 'stall' ? 'StreamStalled' : 'StreamEnded' };
  const { name, retryAfterMs } = end.failure;
  // The name of a socket's error depends on the protocol and says little.
  if (end.failure.kind === 'network') return { kind, name: 'StreamReset' };
  return { kind, name, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
