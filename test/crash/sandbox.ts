import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../lambda/core/clock.ts';
import type { Fault, FaultPlan, FunctionName } from './faults.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** `failed`: the function threw. `stalled`: the process can be resumed. */
export type Ending = 'done' | 'failed' | 'killed' | 'stalled';

/** Tells SDK clients that are shared by all processes which process makes a call. */
const RUNNING = new AsyncLocalStorage<Sandbox>();

/**
 * One invocation of a function in a process of its own. The calls of a killed process never return. A
 * stalled process makes no call until it is resumed.
 */
export class Sandbox {
  readonly caller: FunctionName;
  readonly invocation: number;
  readonly #plan: FaultPlan;
  readonly #clock: SimulatedClock;
  readonly #death = new AbortController();
  #awakeSinceMs: number;
  #hasStalled = false;
  #hasEnded = false;
  #work: Promise<Ending> = Promise.resolve('done');
  #interrupt: (ending: Ending) => void = () => undefined;
  #stalled: Promise<void> | undefined;
  #resume: () => void = () => undefined;

  constructor(caller: FunctionName, invocation: number, plan: FaultPlan, clock: SimulatedClock) {
    this.caller = caller;
    this.invocation = invocation;
    this.#plan = plan;
    this.#clock = clock;
    this.#awakeSinceMs = clock.now();
  }

  /** The process whose code is running. */
  static get current(): Sandbox {
    const sandbox = RUNNING.getStore();
    if (!sandbox) throw new Error('no sandbox runs this code');
    return sandbox;
  }

  /** The clock of the process. Its timers do not fire while the process is stalled or dead. */
  readonly clock: Clock = {
    now: () => this.#clock.now(),
    sleep: async (ms, signal) => {
      await this.#clock.sleep(ms, signal, this.died);
      await this.mayCall();
    },
  };

  get isAlive(): boolean {
    return !this.died.aborted;
  }

  /** Aborts when the process is killed. */
  get died(): AbortSignal {
    return this.#death.signal;
  }

  /** True if the process runs: it has not ended, and is neither dead nor stalled. */
  get isAwake(): boolean {
    return this.isAlive && !this.#hasEnded && !this.#stalled;
  }

  /** True if the process has stalled at least once. */
  get hasStalled(): boolean {
    return this.#hasStalled;
  }

  /** The start of the process or the end of its last stall. */
  get awakeSinceMs(): number {
    return this.#awakeSinceMs;
  }

  /** Runs the invocation until it ends, is killed or stalls. */
  run(work: () => Promise<void>): Promise<Ending> {
    const interrupted = this.#interrupted();
    this.#work = RUNNING.run(this, work)
      .then(
        () => 'done' as const,
        () => 'failed' as const,
      )
      .finally(() => {
        this.#hasEnded = true;
      });
    return Promise.race([interrupted, this.#work]);
  }

  /** Resumes a stalled invocation. */
  async resume(): Promise<Ending> {
    // Another call was in flight when the process stalled, and that call has killed it.
    if (!this.isAlive) return 'killed';
    const interrupted = this.#interrupted();
    this.#stalled = undefined;
    this.#awakeSinceMs = this.#clock.now();
    this.#resume();
    return Promise.race([interrupted, this.#work]);
  }

  /** Resolves when the process may make its next call. For a killed process, it never resolves. */
  async mayCall(): Promise<void> {
    if (!this.isAlive) await forever();
    while (this.#stalled) await this.#stalled;
  }

  /** Returns the fault to inject into this call, if any. */
  nextFault(name: string): Fault | undefined {
    return this.#plan.next({ caller: this.caller, name });
  }

  kill(): void {
    // A reason, because without one Node makes an error with a stack for each death.
    this.#death.abort('killed');
    this.#interrupt('killed');
  }

  async stall(): Promise<void> {
    this.#hasStalled = true;
    this.#stalled ??= new Promise((resolve) => {
      this.#resume = resolve;
    });
    this.#interrupt('stalled');
    await this.#stalled;
  }

  #interrupted(): Promise<Ending> {
    return new Promise((resolve) => {
      this.#interrupt = resolve;
    });
  }
}

/** Returns a new promise that never resolves. A shared one would keep processes in memory. */
export function forever(): Promise<never> {
  return new Promise(() => undefined);
}
