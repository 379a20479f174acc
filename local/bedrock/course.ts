import { type Answer, type AnswerLength, answer, drawAnswerTokens } from './answer.ts';
import type { Conversation } from './conversation.ts';
import type { StreamRule } from './fault-rule.ts';
import type { FailingRule, Faults } from './faults.ts';
import { drawPace, type Latency, type Pace } from './latency.ts';
import type { ModelCall } from './model-call.ts';
import type { Random } from './seeded-random.ts';
import type { StreamError } from './stream-error.ts';

/**
 * The course of a call, chosen when the call begins. The fake's server follows it with timers, a
 * simulation in virtual time.
 */
export type Course =
  | { readonly kind: 'failed'; readonly rule: FailingRule }
  | ({ readonly kind: 'generated' } & Generation);

/** An answer that the model generates token by token. */
export interface Generation extends Pace {
  readonly answer: Answer;
  readonly end: GenerationEnd;
  /** Charges the quotas for the output. Call it once, when the call ends. */
  settle(outputTokens: number): void;
}

/** The end of a generation: with the whole answer, or broken after some of its tokens. */
export type GenerationEnd =
  | { readonly kind: 'answered' }
  | { readonly kind: 'stall' | 'stream-reset'; readonly afterTokens: number }
  | { readonly kind: 'stream-error'; readonly afterTokens: number; readonly error: StreamError };

/** The faults, speeds and lengths from which the courses of calls are drawn. */
export interface ModelBehavior {
  readonly faults: Faults;
  readonly latency: Latency;
  /** @default answers are short */
  readonly answers?: AnswerLength;
}

/** Chooses the course of a call, and holds its tokens of the quotas. */
export function courseOf(
  call: ModelCall,
  conversation: Conversation,
  { faults, latency, answers }: ModelBehavior,
  random: Random,
): Course {
  const { prompt, inputTokens, maxTokens } = conversation;
  const pace = drawPace(latency, call.model, inputTokens, random);
  const drawnTokens = answers && drawAnswerTokens(answers, random);
  const effects = faults.applyTo({ ...call, prompt }, inputTokens + maxTokens, random);
  if (effects.failure) return { kind: 'failed', rule: effects.failure };
  const given = answer(call.model, conversation, effects.answerTokens ?? drawnTokens);
  return {
    kind: 'generated',
    firstTokenMs: pace.firstTokenMs * effects.slowdown,
    msPerToken: pace.msPerToken * effects.slowdown * effects.tokenSlowdown,
    answer: given,
    end: endOf(effects.streamFault, given.usage.outputTokens, random),
    // What is read from the cache costs no quota.
    settle: (outputTokens) =>
      effects.settle({
        inputTokens: given.usage.inputTokens + (given.usage.cacheWriteInputTokens ?? 0),
        outputTokens,
      }),
  };
}

/** Returns the tokens that the caller of a stream is sent. */
export function tokensToSend({ answer: { usage }, end }: Generation): number {
  return end.kind === 'answered' ? usage.outputTokens : end.afterTokens;
}

/** Returns the time from the call to its n-th token, in milliseconds. */
export function timeOfToken({ firstTokenMs, msPerToken }: Pace, n: number): number {
  return firstTokenMs + Math.max(0, n - 1) * msPerToken;
}

/** Returns the number of tokens that a model without an end has generated after `elapsedMs`. */
export function tokensAfter({ firstTokenMs, msPerToken }: Pace, elapsedMs: number): number {
  if (elapsedMs < firstTokenMs) return 0;
  return msPerToken === 0 ? Infinity : 1 + Math.floor((elapsedMs - firstTokenMs) / msPerToken);
}

function endOf(rule: StreamRule | undefined, outputTokens: number, random: Random): GenerationEnd {
  if (!rule) return { kind: 'answered' };
  // Unless the rule says otherwise, the stream breaks between its first token and its last.
  const { afterTokens = 1 + Math.floor(random() * (outputTokens - 1)) } = rule;
  const after = { afterTokens: Math.min(afterTokens, outputTokens) };
  if (rule.fault !== 'stream-error') return { kind: rule.fault, ...after };
  return { kind: rule.fault, ...after, error: rule.error ?? 'modelStreamErrorException' };
}
