import type { VirtualClock } from '../support/virtual-clock.ts';

const CALL_MS = 5_000;

/** A model's reaction to a call. `kills` means that the worker dies during the call. */
export type Reaction = 'answers' | 'throttles' | 'refuses' | 'kills';

export interface Script {
  /** Returns the reaction to a call. The first call has the number 1. */
  readonly reaction: (call: number) => Reaction;
}

export interface ModelState {
  calls: number;
  answered: number;
}

/** A model that follows a script. Each call takes 5 s, and every answer is different. */
export class Model {
  /** A hook that is awaited at the start of each call. */
  onCall: (call: number) => Promise<void> = async () => undefined;
  readonly #clock: VirtualClock;
  readonly #script: Script;
  readonly #state: ModelState;

  constructor(clock: VirtualClock, script: Script, state: ModelState) {
    this.#clock = clock;
    this.#script = script;
    this.#state = state;
  }

  /** The number of calls that the model answered, which cost money. */
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

/** Returns the text of an answer. It contains the call's number, as the row's output tokens do. */
export function answerText(call: number): string {
  return `answer ${call}`;
}
