import type { FailureKind, WhenOpen } from '../../contract/words.ts';
import type { Conversation } from './model-client.ts';

/** One pass of one job over the targets that admit it. */
export interface RunRequest {
  readonly jobId: string;
  readonly conversation: Conversation;
  readonly whenOpen: WhenOpen;
  /** Name of the last tier that may serve. @default the last of the chain */
  readonly minTier?: string;
  /** Regions that may serve; no fallback leaves them. @default all */
  readonly regions?: readonly string[];
  readonly deadlineAtMs: number;
  /** When the function ends; a call that cannot have its full time before it is not started. */
  readonly functionEndsAtMs: number;
  /** Before each call: renews the lease; anything but `go` ends the run. */
  readonly beforeCall: () => Promise<'go' | 'cancelled' | 'lost'>;
}

export interface Attempt {
  readonly target: string;
  readonly tier: string;
  readonly outcome: 'answered' | 'skipped' | FailureKind | 'aborted' | 'unusable';
  /** Why it was skipped (`open`, `half-open`, `forced-open`, `disabled`, `too-long`). */
  readonly reason?: string;
  readonly ms: number;
}

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

export type RunResult =
  | { readonly outcome: 'answered'; readonly answer: Answer; readonly attempts: readonly Attempt[] }
  /** The request itself is at fault: FAILED, no other target would take it. */
  | {
      readonly outcome: 'refused';
      readonly error: { readonly type: string; readonly title: string };
      readonly attempts: readonly Attempt[];
    }
  /** Targets' reasons only: the job waits and spends nothing. */
  | {
      readonly outcome: 'deferred';
      readonly retryAtMs: number;
      readonly attempts: readonly Attempt[];
    }
  /** `whenOpen: fail` and none admitted or answered. */
  | {
      readonly outcome: 'unavailable';
      readonly retryAtMs: number;
      readonly attempts: readonly Attempt[];
    }
  /** Too little time left in this invocation: send again at once, same generation. */
  | { readonly outcome: 'out-of-time'; readonly attempts: readonly Attempt[] }
  | { readonly outcome: 'cancelled' | 'lost'; readonly attempts: readonly Attempt[] };
