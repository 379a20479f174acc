import type {
  CallLimits,
  CallWatch,
  ModelClient,
  ModelFailure,
  ModelRequest,
  ModelResult,
  PromptToCount,
} from '../../lambda/core/router/model-client.ts';
import { aModelAnswer } from './model-answer.ts';

/** The results of the fake client: one for all calls, one per call, or a function. */
export type ModelScript =
  | ModelResult
  | readonly ModelResult[]
  | ((request: ModelRequest, watch: CallWatch) => ModelResult | Promise<ModelResult>);

/** A model client that follows a script and records its calls. */
export class FakeModelClient implements ModelClient {
  readonly calls: ModelRequest[] = [];
  readonly limits: CallLimits[] = [];
  readonly counted: PromptToCount[] = [];
  /** The result of `countTokens`. */
  tokens: number | undefined;
  #script: ModelScript;

  constructor(script: ModelScript = answers()) {
    this.#script = script;
  }

  follow(script: ModelScript): void {
    this.#script = script;
  }

  /** Reports one token of each stream that has one. */
  async converse(
    request: ModelRequest,
    limits: CallLimits,
    watch: CallWatch,
  ): Promise<ModelResult> {
    const turn = this.calls.length;
    this.calls.push(request);
    this.limits.push(limits);
    const result = await this.#resultOf(request, watch, turn);
    if (result.firstTokenMs !== undefined) watch.onToken(result.firstTokenMs);
    return result;
  }

  async #resultOf(request: ModelRequest, watch: CallWatch, turn: number): Promise<ModelResult> {
    if (typeof this.#script === 'function') return this.#script(request, watch);
    if ('outcome' in this.#script) return this.#script;
    const result = this.#script[turn];
    if (result === undefined) throw new Error(`call ${turn + 1} has no result in the script`);
    return result;
  }

  async countTokens(prompt: PromptToCount): Promise<number | undefined> {
    this.counted.push(prompt);
    return this.tokens;
  }
}

export function answers(
  text = 'an answer',
  stopReason = 'end_turn',
  usage = { inputTokens: 100, outputTokens: 10 },
): ModelResult {
  const answer = aModelAnswer(text, { stopReason, usage });
  return { outcome: 'answer', answer, elapsedMs: 700, firstTokenMs: 200 };
}

export function fails(
  kind: ModelFailure['kind'],
  failure: Partial<Omit<ModelFailure, 'kind'>> = {},
): ModelResult {
  return {
    outcome: 'failure',
    failure: { kind, name: `${kind}-error`, ...failure },
    elapsedMs: 30,
  };
}
