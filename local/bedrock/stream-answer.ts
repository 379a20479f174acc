import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { BlockStream } from './block-stream.ts';
import type { EndOutcome } from './call-log.ts';
import { type Generation, timeOfToken, tokensAfter, tokensToSend } from './course.ts';
import { type Delivery, type Exchange, LONGEST_TIMER_MS } from './delivery.ts';
import { EVENT_STREAM, encodeEvent, encodeException } from './event-stream.ts';
import { metadata } from './send-answer.ts';
import { SERVICE_ERRORS } from './service-error.ts';
import { SAME_SERVICE_ERRORS, type StreamError } from './stream-error.ts';
import { dropConnection } from './two-protocol-server.ts';

/** The least time between two events: one event has all tokens that are generated meanwhile. */
const CHUNK_MS = 40;
/** A timer may fire this much too early. */
const TIMER_ERROR_MS = 1;
/** The pause before a reset. Without it, the reset could overtake the last tokens. */
const RESET_PAUSE_MS = 25;

/**
 * Sends the answer as an event stream while its tokens are generated. A caller that leaves early
 * pays for the whole answer, because the model generates to the end.
 */
export function streamAnswer(generation: Generation): Delivery {
  return (exchange) => new AnswerStream(generation, exchange).begin();
}

class AnswerStream {
  readonly #generation: Generation;
  readonly #exchange: Exchange;
  readonly #startMs = performance.now();
  readonly #blocks: BlockStream;
  #sentTokens = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The outcome of the call if the caller leaves now. */
  #ifLeft: 'abandoned' | 'stall' = 'abandoned';
  #isOver = false;

  constructor(generation: Generation, exchange: Exchange) {
    this.#generation = generation;
    this.#exchange = exchange;
    this.#blocks = new BlockStream(generation.answer.blocks);
  }

  begin(): void {
    this.#sendAt(this.#generation.firstTokenMs);
    this.#exchange.closed.then(() => {
      clearTimeout(this.#timer);
      this.#settleAndLog(this.#ifLeft);
    });
  }

  #sendAt(ms: number): void {
    const waitMs = Math.min(Math.max(0, ms - this.#elapsedMs()), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#send(), waitMs);
  }

  /** Sends the tokens that were generated since the last time. */
  #send(): void {
    const { response, logged } = this.#exchange;
    if (!response.headersSent) this.#open();
    const lastToken = tokensToSend(this.#generation);
    const generated = tokensAfter(this.#generation, this.#elapsedMs() + TIMER_ERROR_MS);
    const tokens = Math.min(generated, lastToken) - this.#sentTokens;
    if (tokens > 0) {
      this.#sentTokens += tokens;
      logged.sent(this.#sentTokens);
      for (const { type, body } of this.#blocks.next(tokens)) this.#write(encodeEvent(type, body));
    }
    if (this.#sentTokens === lastToken) this.#end();
    else {
      const nextMs = timeOfToken(this.#generation, this.#sentTokens + 1);
      this.#sendAt(Math.max(nextMs, this.#elapsedMs() + CHUNK_MS));
    }
  }

  #open(): void {
    const { response } = this.#exchange;
    response.statusCode = 200;
    response.setHeader('content-type', EVENT_STREAM);
    response.setHeader('x-amzn-requestid', randomUUID());
    this.#write(encodeEvent('messageStart', { role: 'assistant' }));
  }

  #end(): void {
    const { request, response } = this.#exchange;
    const { end, answer } = this.#generation;
    const { stopReason, additionalModelResponseFields } = answer;
    switch (end.kind) {
      case 'answered':
        this.#settleAndLog('answered');
        this.#write(encodeEvent('messageStop', { stopReason, additionalModelResponseFields }));
        this.#write(encodeEvent('metadata', metadata(this.#generation)));
        response.end();
        break;
      case 'stream-error':
        this.#settleAndLog('stream-error');
        this.#write(encodeException(end.error, bodyOf(end.error)));
        response.end();
        break;
      case 'stream-reset':
        this.#settleAndLog('stream-reset');
        setTimeout(() => dropConnection(request), RESET_PAUSE_MS);
        break;
      case 'stall':
        this.#ifLeft = 'stall';
        break;
      default:
        end satisfies never;
    }
  }

  /** Ends the call for quotas and log, once. */
  #settleAndLog(outcome: EndOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const wholeAnswer = this.#generation.answer.usage.outputTokens;
    this.#generation.settle(outcome === 'abandoned' ? wholeAnswer : this.#sentTokens);
    this.#exchange.logged.end(outcome, this.#exchange.response.headersSent ? 200 : undefined);
  }

  #write(event: Uint8Array): void {
    const response: Writable = this.#exchange.response;
    response.write(event);
  }

  #elapsedMs(): number {
    return performance.now() - this.#startMs;
  }
}

function bodyOf(error: StreamError): object {
  const { message } = SERVICE_ERRORS[SAME_SERVICE_ERRORS[error]];
  if (error !== 'modelStreamErrorException') return { message };
  return { message, originalMessage: message, originalStatusCode: 500 };
}
