import type { Sandbox } from './sandbox.ts';

/**
 * A model's reaction to a call. `fails`: an error that may be the job's own doing. `breaks`: an
 * error after the first token. `kills`: the worker dies during the call.
 */
export type Reaction = 'answers' | 'throttles' | 'refuses' | 'fails' | 'breaks' | 'kills';

export interface Script {
  /**
   * Returns the reaction to a call. Both numbers start at 1: `call` counts all calls, `callOfModel`
   * those of this model.
   */
  readonly reaction: (call: number, model: string, callOfModel: number) => Reaction;
  /** The number of tokens in an answer. */
  readonly tokens: number;
}

export interface ModelState {
  calls: number;
  /** The calls of each model. */
  callsOf: Record<string, number>;
  /** The number of calls that reached their first token, which cost money. */
  begun: number;
  /** The number of calls that were answered to the end. */
  answered: number;
}

/** The answer to one call, which arrives token by token. */
export interface ModelStream {
  readonly call: number;
  readonly reaction: Reaction;
  /** The answer's tokens; their texts form the answer's text. */
  readonly tokens: readonly string[];
}

/** The time from a call to its first token or its error. */
const FIRST_TOKEN_MS = 5_000;
/** The time between two tokens. It is a little less than the limit, so that few tokens take long. */
const TOKEN_MS = 19_000;

export interface Caller {
  readonly process: Sandbox;
  /** Resolves after `ms`, or as soon as the caller has left. */
  wait(ms: number): Promise<void>;
  hasLeft(): boolean;
}

/** A model that follows a script. Every answer is different. */
export class Model {
  /** A hook that is awaited at the start of each call. */
  onCall: (call: number, process: Sandbox, model: string) => Promise<void> = async () => undefined;
  /** A hook that is awaited at each token. */
  onToken: (call: number) => Promise<void> = async () => undefined;
  readonly #script: Script;
  readonly #state: ModelState;

  constructor(script: Script, state: ModelState) {
    this.#script = script;
    this.#state = state;
  }

  get begun(): number {
    return this.#state.begun;
  }

  get answered(): number {
    return this.#state.answered;
  }

  /** Starts a call. Resolves at its first token or its error. */
  async open(model: string, caller: Caller): Promise<ModelStream> {
    this.#state.calls += 1;
    const { calls: call, callsOf } = this.#state;
    const callOfModel = (callsOf[model] ?? 0) + 1;
    callsOf[model] = callOfModel;
    const reaction = this.#script.reaction(call, model, callOfModel);
    await this.onCall(call, caller.process, model);
    await caller.wait(FIRST_TOKEN_MS);
    const stream = { call, reaction, tokens: tokensOf(call, this.#script.tokens) };
    const isBegun = reaction === 'answers' || reaction === 'breaks' || reaction === 'kills';
    if (!isBegun || caller.hasLeft()) return stream;
    this.#state.begun += 1;
    await this.#send(stream, 1);
    return stream;
  }

  /** Resolves with the text of token `n`, when it comes. */
  async token(stream: ModelStream, n: number, caller: Caller): Promise<string> {
    await caller.wait(TOKEN_MS);
    if (!caller.hasLeft()) await this.#send(stream, n);
    return stream.tokens[n - 1] ?? '';
  }

  async #send({ call, reaction, tokens }: ModelStream, n: number): Promise<void> {
    await this.onToken(call);
    if (reaction === 'answers' && n === tokens.length) this.#state.answered += 1;
  }
}

/** Returns the text of an answer. It contains the call's number, as the row's output tokens do. */
export function answerText(call: number, tokens: number): string {
  return tokensOf(call, tokens).join('');
}

/** Returns what a call uses. Its output tokens are its number, so that answers can be told apart. */
export function usageOf(call: number) {
  return { inputTokens: 10, outputTokens: call };
}

/** Returns what the model says when it refuses a call. */
export function refusalText(call: number): string {
  return `call ${call} is not valid`;
}

export function isRefusalText(text: string | undefined): boolean {
  return text !== undefined && /^call \d+ is not valid$/.test(text);
}

/** Returns the time from a call to the end of its answer. */
export function answerMs(tokens: number): number {
  return FIRST_TOKEN_MS + (tokens - 1) * TOKEN_MS;
}

function tokensOf(call: number, tokens: number): readonly string[] {
  return Array.from({ length: tokens }, (_, i) => (i === 0 ? `answer ${call}` : `, part ${i + 1}`));
}
