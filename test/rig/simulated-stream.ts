import { AnswerAssembly, type AnswerEvent } from '../../lambda/core/router/answer-assembly.ts';
import { failureOf } from '../../lambda/core/router/failure.ts';
import type { CallOutcome } from '../../lambda/core/router/model-client.ts';
import { limitAfter, outcomeOf, type StreamEnd } from '../../lambda/core/router/stream-end.ts';
import {
  type Generation,
  timeOfToken,
  tokensAfter,
  tokensToSend,
} from '../../local/bedrock/course.ts';
import { BYTES_PER_TOKEN } from '../../local/bedrock/prompt-tokens.ts';
import type { SimulatedCall } from './simulated-call.ts';
import { errorInStream, RESET } from './simulated-errors.ts';

/** The number of events in the time for which a stream may pause. A real stream has many more. */
const EVENTS_PER_STALL = 4;

/** Receives an answer as a stream, as ConverseStream sends it. */
export async function receiveStream(
  call: SimulatedCall,
  generation: Generation,
): Promise<CallOutcome> {
  const assembly = new AnswerAssembly(call.inputTokens);
  const end = await new SimulatedStream(call, generation, assembly).receive();
  return outcomeOf(assembly, end);
}

class SimulatedStream {
  readonly #call: SimulatedCall;
  readonly #generation: Generation;
  readonly #assembly: AnswerAssembly;
  #receivedTokens = 0;

  constructor(call: SimulatedCall, generation: Generation, assembly: AnswerAssembly) {
    this.#call = call;
    this.#generation = generation;
    this.#assembly = assembly;
  }

  async receive(): Promise<StreamEnd> {
    const { limits, timer } = this.#call;
    const lastToken = tokensToSend(this.#generation);
    const lastMs = timeOfToken(this.#generation, lastToken);
    let nextMs = this.#generation.firstTokenMs;
    while (this.#receivedTokens < lastToken) {
      const why = await timer.waitUntil(nextMs);
      if (why) return this.#left({ why }, 'abandoned');
      // A later token may be due already, because the clock has only so many digits.
      const tokens = tokensAfter(this.#generation, nextMs);
      this.#receiveTokens(Math.min(lastToken, Math.max(tokens, this.#receivedTokens + 1)));
      const soonestMs = timeOfToken(this.#generation, this.#receivedTokens + 1);
      nextMs = Math.max(soonestMs, Math.min(nextMs + limits.stallMs / EVENTS_PER_STALL, lastMs));
    }
    return this.#receiveEnd();
  }

  #receiveTokens(tokens: number): void {
    const { watch, timer, logged } = this.#call;
    const text = this.#generation.answer.text.slice(
      this.#receivedTokens * BYTES_PER_TOKEN,
      tokens * BYTES_PER_TOKEN,
    );
    this.#receivedTokens = tokens;
    logged.sent(tokens);
    this.#add({ type: 'content', block: 0, bytes: text.length, piece: { text } });
    watch.onToken(timer.elapsedMs);
  }

  async #receiveEnd(): Promise<StreamEnd> {
    const { timer, logged } = this.#call;
    const { answer, end, settle } = this.#generation;
    if (end.kind === 'stall') {
      const why = (await timer.waitUntil(Infinity)) ?? 'stall';
      return this.#left({ why }, 'stall');
    }
    settle(this.#receivedTokens);
    logged.end(end.kind, 200);
    if (end.kind !== 'answered') {
      const error = end.kind === 'stream-error' ? errorInStream(end.error) : RESET;
      return { why: 'error', failure: failureOf(error, 0) };
    }
    this.#add({ type: 'message-stop', stopReason: answer.stopReason });
    this.#add({ type: 'usage', usage: answer.usage });
    return { why: 'ended' };
  }

  #add(event: AnswerEvent): void {
    const { limits, timer } = this.#call;
    this.#assembly.add(event);
    const limit = limitAfter(event, this.#assembly, limits);
    if (limit) timer.limit(limit.stop, limit.ms);
  }

  /** Ends the call of a caller who leaves early. The model generates to the end nevertheless. */
  #left(end: StreamEnd, outcome: 'abandoned' | 'stall'): StreamEnd {
    const { answer, settle } = this.#generation;
    settle(outcome === 'abandoned' ? answer.usage.outputTokens : this.#receivedTokens);
    this.#call.logged.end(outcome, this.#receivedTokens > 0 ? 200 : undefined);
    return end;
  }
}
