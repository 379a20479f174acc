import type { Conversation, InferenceConfig, Json, Message } from '../../contract/conversation.ts';
import type { Target } from '../../contract/policy.ts';
import type { FailureKind } from '../../contract/words.ts';

/** A conversation shaped for one target: `maxTokens` is always set, and no upload is left. */
export interface ShapedConversation extends Conversation {
  readonly inferenceConfig: InferenceConfig & { readonly maxTokens: number };
}

export interface ModelRequest {
  readonly target: Target;
  readonly conversation: ShapedConversation;
  /** Identifies the call in the provider's invocation logs. */
  readonly jobId: string;
}

export interface Usage {
  /** The tokens of the input that were neither read from a cache nor written to one. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
  /** The tokens of the target's quota that the call held while it ran. @default no quota is known */
  readonly heldTokens?: number;
  /** True if the call did not report its usage, because it was cut or broken. */
  readonly estimated?: true;
}

export interface ModelAnswer {
  readonly message: Message;
  /** Bedrock's `stopReason`, unchanged, or `time_limit` if our own limit cut the answer. */
  readonly stopReason: string;
  readonly usage: Usage;
  /** What a guardrail found, as Converse reports it. */
  readonly trace?: Json;
  /** The fields that `additionalModelResponseFieldPaths` asked for. */
  readonly additionalModelResponseFields?: Json;
  /** True if a tool call has no complete input: the answer was cut, or the model wrote no JSON. */
  readonly hasBrokenToolCall?: true;
}

/** The stop reason of an answer that `answerMs` cut. */
export const TIME_LIMIT = 'time_limit';

export interface ModelFailure {
  readonly kind: FailureKind;
  /** The error's name, for logs and attempts. */
  readonly name: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** True if no rule recognised the error; it then counts as a `fault`. */
  readonly unknown?: boolean;
  /** True if the prompt does not fit this model's window; another model's may be larger. */
  readonly tooLong?: true;
  /** True if the target's Region does not know the request's guardrail (`job`). */
  readonly lacksGuardrail?: true;
  /**
   * The reason why the AWS account may not call this model yet (`config`): the provider's use case
   * form is missing, or the model's subscription in AWS Marketplace.
   */
  readonly accountLacks?: 'use-case-form' | 'subscription';
  /**
   * What the model said when it refused the request (`job`), at most 2 KB. No other message is kept.
   * It may quote the prompt, so only the job's own tenant may see it, and an operator who asks for it.
   */
  readonly detail?: string;
}

/** A failed call is a value; an exception means that the code is broken. */
export type ModelResult = CallOutcome & {
  /** Milliseconds from the start of the call to its end. */
  readonly elapsedMs: number;
  /** Milliseconds to the first content token. Absent if there was none, or without a stream. */
  readonly firstTokenMs?: number;
};

export type CallOutcome =
  | { readonly outcome: 'answer'; readonly answer: ModelAnswer }
  | {
      readonly outcome: 'failure';
      readonly failure: ModelFailure;
      /** The tokens that a broken stream may be billed for. @default none */
      readonly usage?: Usage;
    }
  /** The watch's signal stopped the call. `usage` is absent if the call had not started. */
  | { readonly outcome: 'aborted'; readonly usage?: Usage };

/** The time limits of one call, in milliseconds. */
export interface CallLimits {
  /** True: ConverseStream. False: Converse, to which only `answerMs` applies. */
  readonly isStreamed: boolean;
  /** To the first content token. After it, the call is a `timeout`. */
  readonly firstTokenMs: number;
  /** Between two events of the stream after the first token. After it, the stream is broken. */
  readonly stallMs: number;
  /**
   * For the whole answer. After it, a stream's answer so far is the result; a call without a stream
   * is a `timeout`.
   */
  readonly answerMs: number;
}

/** The caller's view of a running call. */
export interface CallWatch {
  /**
   * Called for each event of the stream that carries content: text, reasoning or a tool's input.
   * `elapsedMs` counts from the start of the call.
   */
  onToken(elapsedMs: number): void;
  /** Stops the call when it aborts. */
  readonly signal: AbortSignal;
}

export interface PromptToCount {
  readonly target: Target;
  readonly conversation: Conversation;
}

export interface ModelClient {
  /** Calls the target once. */
  converse(request: ModelRequest, limits: CallLimits, watch: CallWatch): Promise<ModelResult>;
  /**
   * Returns the prompt's tokens as the model itself counts them, or `undefined` if it gives no
   * count. Counting is free, and its failures count in no circuit.
   */
  countTokens(request: PromptToCount, timeoutMs: number): Promise<number | undefined>;
}
