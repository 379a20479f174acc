import type { Reduction } from './adapted-conversation.ts';
import type { ModelResult } from './model-client.ts';
import type { LeaseLoss } from './run-request.ts';

/** The result of reading an answer. Not every HTTP 200 contains an answer that is of use. */
export type Reading =
  | { readonly usable: true; readonly truncated: boolean }
  /** `cut`: the time limit left half a tool call, half a JSON document or no text. */
  | { readonly usable: false; readonly reason: 'empty' | 'malformed' | 'cut' };

export interface FinishedCall {
  readonly result: ModelResult;
  /** How the answer reads, if there is one. */
  readonly reading?: Reading;
  readonly reducedBy: readonly Reduction[];
  /** Why the job's lease was lost during the call. */
  readonly loss?: LeaseLoss;
  /** The tokens of the target's quota that the call held. @default no quota is known */
  readonly heldTokens?: number;
}
