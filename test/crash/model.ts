import type { VirtualClock } from '../support/virtual-clock.ts';

const CALL_MS = 5_000;

/** How a model reacts to a call. `kills`: the worker dies during the call. */
export type Reaction = 'answers' | 'throttles' | 'refuses' | 'kills';

export interface Script {
  /** The first call has the number 1. */
  readonly reaction: (call: number) => Reaction;
}

export interface ModelState {
  calls: number;
  answered: number;
}

/** A model that follows a script. Each call takes 5 s, and every answer is different. */
export class Model {
  /** Awaited at the start of each call. */
  onCall: (call: number) => Promise<void> = async () => undefined;
  readonly #clock: VirtualClock;
  readonly #script: Script;
  readonly #state: ModelState;

  constructor(clock: VirtualClock, script: Script, state: ModelState) {
    this.#clock = clock;
    this.#script = script;
    this.#state = state;
  }

  /** Calls that cost money. */
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

/** Contains the number of the call, as the output tokens do, so that a row can be compared with its object. */
export function answerText(call: number): string {
  return `answer ${call}`;
}
