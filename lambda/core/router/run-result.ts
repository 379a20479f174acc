import type { AttemptOutcome } from '../../contract/words.ts';
import type { RejectReason } from '../breaker/admission.ts';
import type { RetryTime } from './back-off.ts';

export interface Attempt {
  readonly target: string;
  readonly tier: string;
  readonly outcome: AttemptOutcome;
  /** Why it was skipped (a `SkipReason`), the error's name, or what made an answer unusable. */
  readonly reason?: string;
  readonly ms: number;
}

/** Reasons for passing over a target without a call. */
export type SkipReason =
  | RejectReason
  /** Configuration errors took it out until it is checked again. */
  | 'disabled'
  /** Other models of its region fail too. */
  | 'region-unhealthy'
  /** The prompt leaves no room for an answer in the model's window. */
  | 'too-long';

export interface Answer {
  readonly text: string;
  readonly stopReason: string;
  /** Target key and tier that answered. */
  readonly servedBy: string;
  readonly tier: string;
  /** True when anything was reduced against what was asked; `degradedBy` says what. */
  readonly degraded: boolean;
  readonly degradedBy: readonly string[];
  readonly truncated: boolean;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  /** By list price, in US dollars; absent when the price is not known. */
  readonly costUsd?: number;
}

/** A problem's `type` and `title`; never a text that came from a model or a target. */
export interface RefusedRequest {
  readonly type: string;
  readonly title: string;
}

export type RunResult =
  | { readonly outcome: 'answered'; readonly answer: Answer; readonly attempts: readonly Attempt[] }
  /** The request itself is at fault: FAILED, no other target would take it. */
  | {
      readonly outcome: 'refused';
      readonly error: RefusedRequest;
      readonly attempts: readonly Attempt[];
    }
  /** Targets' reasons only: the job waits and spends nothing. */
  | ({ readonly outcome: 'deferred'; readonly attempts: readonly Attempt[] } & RetryTime)
  /** `whenOpen: fail` and none admitted or answered. */
  | {
      readonly outcome: 'unavailable';
      readonly retryAtMs: number;
      readonly attempts: readonly Attempt[];
    }
  /** Too little time left in this invocation: send again at once, same generation. */
  | { readonly outcome: 'out-of-time'; readonly attempts: readonly Attempt[] }
  | { readonly outcome: 'cancelled' | 'lost'; readonly attempts: readonly Attempt[] };
