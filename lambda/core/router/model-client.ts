import type { InferenceConfig, Message } from '../../contract/job-request.ts';
import type { Target } from '../../contract/policy.ts';
import type { FailureKind } from '../../contract/words.ts';

/** A conversation shaped for one target: `maxTokens` is always set. */
export interface ModelRequest {
  readonly target: Target;
  readonly system?: string;
  readonly messages: readonly Message[];
  readonly inferenceConfig: InferenceConfig & { readonly maxTokens: number };
  /** Identifies the call in the provider's invocation logs. */
  readonly jobId: string;
}

export interface ModelAnswer {
  readonly text: string;
  /** Bedrock's `stopReason`, unchanged. */
  readonly stopReason: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

export interface ModelFailure {
  readonly kind: FailureKind;
  /** The error's name, for logs and attempts. Its message is left out: it may quote the prompt. */
  readonly name: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** True if no rule recognised the error; it then counts as a `fault`. */
  readonly unknown?: boolean;
  /** True if the prompt does not fit this model's window; another model's may be larger. */
  readonly tooLong?: boolean;
}

/** A failed call is a value; an exception means that the code is broken. */
export type ModelResult =
  | { readonly outcome: 'answer'; readonly answer: ModelAnswer; readonly elapsedMs: number }
  | { readonly outcome: 'failure'; readonly failure: ModelFailure; readonly elapsedMs: number };

export type PromptToCount = Pick<ModelRequest, 'target' | 'system' | 'messages'>;

export interface ModelClient {
  /** Calls the target once. A call that takes longer than `timeoutMs` is a `timeout` failure. */
  converse(request: ModelRequest, timeoutMs: number): Promise<ModelResult>;
  /**
   * Returns the prompt's tokens as the model itself counts them, or `undefined` if it gives no
   * count. Counting is free, and its failures count in no circuit.
   */
  countTokens(request: PromptToCount, timeoutMs: number): Promise<number | undefined>;
}
