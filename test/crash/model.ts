import type { VirtualClock } from './virtual-clock.ts';

const CALL_MS = 5_000;

/** What a model does with a call. */
export type Reaction = 'answers' | 'throttles' | 'refuses' | 'kills';

export interface Script {
  /** By the number of the call, from 1. */
  readonly reaction: (call: number) => Reaction;
}

export interface ModelState {
  calls: number;
  answered: number;
}

/** A model that follows a script. Each call takes 5 s and each answer is unlike any other. */
export class Model {
  /** Waited for while a call is under way. */
  onCall: (call: number) => Promise<void> = async () => undefined;
  readonly #clock: VirtualClock;
  readonly #script: Script;
  readonly #state: ModelState;

  constructor(clock: VirtualClock, script: Script, state: ModelState) {
    this.#clock = clock;
    this.#script = script;
    this.#state = state;
  }

  /** Calls that are paid for. */
  get answered(): number {
    return this.#state.answered;
  }

  async converse(): Promise<{ readonly reaction: Reaction; readonly call: number }> {
    this.#state.calls += 1;
    const { calls: call } = this.#state;
    const reaction = this.#script.reaction(call);
    await this.onCall(call);
    this.#clock.moveTo(this.#clock.now() + CALL_MS);
    if (reaction === 'answers' || reaction === 'kills') this.#state.answered += 1;
    return { reaction, call };
  }
}

/** The call's number is in the text and in the tokens: a row and its object can be compared. */
export function answerText(call: number): string {
  return `answer ${call}`;
}
