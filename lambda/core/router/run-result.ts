import type { Need } from '../../contract/capabilities.ts';
import type { Json, Message } from '../../contract/conversation.ts';
import { PROBLEM } from '../../contract/problems.ts';
import type { AttemptOutcome } from '../../contract/words.ts';
import type { Booking } from '../admission/booking.ts';
import type { RejectReason } from '../breaker/admission.ts';
import type { Usage } from './model-client.ts';

export interface Attempt {
  readonly target: string;
  readonly tier: string;
  readonly outcome: AttemptOutcome;
  /** A `SkipReason`, the name of an error, or the fault of an unusable answer. */
  readonly reason?: string;
  /** The start, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The duration in milliseconds. */
  readonly ms: number;
  /** Milliseconds to the first content token of a stream. */
  readonly firstTokenMs?: number;
  /** True if the failed call was charged to the job's budget of failed calls. */
  readonly charged?: true;
}

/** A reason for skipping a target without a call. */
export type SkipReason =
  | RejectReason
  /** Configuration errors disabled the target until its next check. */
  | 'disabled'
  /** Other models of its region fail too. */
  | 'region-unhealthy'
  /** It refused the job in an earlier run. */
  | 'refused'
  /** The prompt leaves too little room for an answer in the model's window. */
  | 'too-long'
  /** The quota of its calls is used up. */
  | 'quota-full'
  /** It lacks what the job needs. */
  | `unsupported:${Need}`;

/**
 * Returns true if the reason for a skip lies with the job: the target can never serve it. Otherwise the
 * target does not admit calls now, and may admit the job later.
 */
export function isUnfit(reason: string): boolean {
  return reason === 'refused' || reason === 'too-long' || reason.startsWith('unsupported:');
}

/** What the model said, as Converse returns it, and its text. Only the result store holds it. */
export interface AnswerContent {
  readonly output: { readonly message: Message };
  /** All text of the message, joined. */
  readonly text: string;
  /** What a guardrail found, as Converse reports it. */
  readonly trace?: Json;
  readonly additionalModelResponseFields?: Json;
}

/** What the job's row tells about its answer. */
export interface AnswerFacts {
  readonly stopReason: string;
  /** Key of the target that answered. */
  readonly servedBy: string;
  /** Tier of that target. */
  readonly tier: string;
  /** True if the answer falls short of the request in any way; `degradedBy` lists the ways. */
  readonly degraded: boolean;
  readonly degradedBy: readonly string[];
  readonly truncated: boolean;
  readonly usage: Usage;
  /** In US dollars by list price; absent if the price is not known. */
  readonly costUsd?: number;
}

export interface Answer extends AnswerContent, AnswerFacts {}

/** A target that refused the job. It would refuse it again, so it is never asked again. */
export interface RefusedTarget {
  readonly target: string;
  /** True if only the length of the prompt was refused. */
  readonly tooLong?: true;
}

/** A problem's `type` and `title`; never text from a model or a target. */
export interface RefusedRequest {
  readonly type: string;
  readonly title: string;
}

/** The settings no longer have the chain. Its name has the form of a name in the settings. */
export function chainGone(chain: string): RefusedRequest {
  return {
    type: 'urn:holdfast:problem:chain-gone',
    title: `The settings no longer have the chain ${chain}`,
  };
}

/** None of the targets that may serve the job has all that it needs. */
export function unsupported(needs: readonly Need[]): RefusedRequest {
  return {
    type: PROBLEM.unsupported.type,
    title: `${PROBLEM.unsupported.title}: ${needs.join(', ')}`,
  };
}

export const REFUSED = {
  invalid: {
    type: 'urn:holdfast:problem:request-refused',
    title: 'The model refused the request as invalid',
  },
  tooLong: {
    type: 'urn:holdfast:problem:prompt-too-long',
    title: 'The prompt is too long for every model that may serve it',
  },
  unusable: {
    type: 'urn:holdfast:problem:unusable-answer',
    title: 'The models gave no usable answer',
  },
  timeLimit: {
    type: 'urn:holdfast:problem:time-limit',
    title: 'The time limit cut the answer in the middle of a tool call or a JSON document',
  },
} satisfies Record<string, RefusedRequest>;

/** A target that did not serve the job and may serve it later. */
export type UnservedTarget =
  /** It may be called again from `untilMs` on. */
  | { readonly outcome: 'skipped'; readonly untilMs: number }
  /** Its quota is used up; other jobs wait for it too. */
  | { readonly outcome: 'full'; readonly untilMs: number }
  /** A hold of its quota is booked for this job at `untilMs`. */
  | { readonly outcome: 'booked'; readonly untilMs: number }
  /** Its call failed at `atMs`; `retryAfterMs` is the wait that it asked for. */
  | { readonly outcome: 'failed'; readonly atMs: number; readonly retryAfterMs?: number };

export type RunEnd =
  | { readonly outcome: 'answered'; readonly answer: Answer }
  /** The request itself is at fault, or no target can serve it. */
  | {
      readonly outcome: 'refused';
      readonly error: RefusedRequest;
      /** What the model said. It may quote the prompt: only the job's own tenant and operators may see it. */
      readonly detail?: string;
    }
  /** The targets are at fault; the job waits for them, or for its deadline. */
  | {
      readonly outcome: 'deferred';
      readonly unserved: readonly UnservedTarget[];
      /** The quota that is booked for the next run. @default none */
      readonly booking?: Booking;
    }
  /** The targets are at fault, and the caller does not wait (`whenOpen: fail`). */
  | { readonly outcome: 'unavailable'; readonly unserved: readonly UnservedTarget[] }
  /** The job has used up its failed calls: the targets answer other jobs, but not this one. */
  | { readonly outcome: 'no-answer' }
  /** The invocation has too little time left for a call. */
  | { readonly outcome: 'out-of-time' }
  | { readonly outcome: 'cancelled' | 'lost' };

export function refusedEnd(error: RefusedRequest, detail?: string): RunEnd {
  return { outcome: 'refused', error, ...(detail !== undefined && { detail }) };
}

export type RunResult = RunEnd & {
  readonly attempts: readonly Attempt[];
  /** The number of attempts of earlier runs that this run has charged to the job. @default 0 */
  readonly chargedEarlier?: number;
  /** The targets that refused the job in this run. @default none */
  readonly refusedTargets?: readonly RefusedTarget[];
};

/** The targets that a run called. */
export function calledIn(attempts: readonly Attempt[]): readonly string[] {
  return attempts.filter(({ outcome }) => outcome !== 'skipped').map(({ target }) => target);
}
