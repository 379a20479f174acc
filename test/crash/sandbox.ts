import { AsyncLocalStorage } from 'node:async_hooks';
import type { Fate, FaultPlan, FunctionName } from './fates.ts';

/** `broken`: it threw. `stalled`: it stands still and can be resumed. */
export type Ending = 'done' | 'broken' | 'killed' | 'stalled';

/** In whose name a call is made, for clients that processes share. */
const RUNNING = new AsyncLocalStorage<Sandbox>();

/**
 * One invocation of a function, in a process of its own. A dead one's calls never come back; one
 * that stands still makes no call until it is resumed.
 */
export class Sandbox {
  readonly caller: FunctionName;
  readonly invocation: number;
  readonly #plan: FaultPlan;
  #isAlive = true;
  #work: Promise<Ending> = Promise.resolve('done');
  #interrupt: (ending: Ending) => void = () => undefined;
  #standstill: Promise<void> | undefined;
  #resume: () => void = () => undefined;

  constructor(caller: FunctionName, invocation: number, plan: FaultPlan) {
    this.caller = caller;
    this.invocation = invocation;
    this.#plan = plan;
  }

  /** The one whose code this is. */
  static get current(): Sandbox {
    const sandbox = RUNNING.getStore();
    if (!sandbox) throw new Error('no sandbox runs this code');
    return sandbox;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Until it ends or is interrupted. */
  run(work: () => Promise<void>): Promise<Ending> {
    const interrupted = this.#interrupted();
    this.#work = RUNNING.run(this, work).then(
      () => 'done',
      () => 'broken',
    );
    return Promise.race([interrupted, this.#work]);
  }

  /** Goes on with an invocation that stands still. */
  async resume(): Promise<Ending> {
    // By another of its calls, that was under way when it came to stand still.
    if (!this.#isAlive) return 'killed';
    const interrupted = this.#interrupted();
    this.#standstill = undefined;
    this.#resume();
    return Promise.race([interrupted, this.#work]);
  }

  /** To be awaited before each call. */
  async mayCall(): Promise<void> {
    if (!this.#isAlive) await forever();
    while (this.#standstill) await this.#standstill;
  }

  /** What becomes of the call that it makes. */
  strike(name: string): Fate | undefined {
    return this.#plan.strike({ caller: this.caller, name });
  }

  kill(): void {
    this.#isAlive = false;
    this.#interrupt('killed');
  }

  async stall(): Promise<void> {
    this.#standstill ??= new Promise((resolve) => {
      this.#resume = resolve;
    });
    this.#interrupt('stalled');
    await this.#standstill;
  }

  #interrupted(): Promise<Ending> {
    return new Promise((resolve) => {
      this.#interrupt = resolve;
    });
  }
}

/** What a dead process waits for; of its own, so that nothing keeps the dead in memory. */
export function forever(): Promise<never> {
  return new Promise(() => undefined);
}
