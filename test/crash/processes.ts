import { BREAKER_DEFAULTS } from '../../lambda/contract/policy.ts';
import { jobLeaseMs } from '../../lambda/contract/time-budget.ts';
import type { Cloud } from './cloud.ts';
import { FaultPlan, type FunctionName } from './faults.ts';
import { functionsOf } from './functions.ts';
import type { OpenPlatform, Ports } from './platform.ts';
import { type Ending, Sandbox } from './sandbox.ts';
import { SWEEP_MS } from './timeline.ts';

/**
 * The length of a stall: longer than a lease and the time until the next sweep, so that another
 * worker gets the job meanwhile.
 */
const STALL_MS = jobLeaseMs(BREAKER_DEFAULTS) + SWEEP_MS + 10_000;

export type Functions = ReturnType<typeof functionsOf>;

/** Puts a bug between a function and its ports. */
export type Tamper = (ports: Ports) => Ports;

export interface ProcessesState {
  started: number;
  ids: number;
}

export interface ProcessesParts {
  readonly state: ProcessesState;
  readonly platform: OpenPlatform;
  readonly cloud: Cloud;
  readonly tamper: Tamper;
}

export interface Start {
  readonly caller: FunctionName;
  readonly work: (functions: Functions) => Promise<unknown>;
  /** A callback for the success of the invocation, which may come after a stall. */
  readonly done?: () => void;
  /** The faults of this invocation. @default the plan of the simulation */
  readonly plan?: FaultPlan;
}

/** Starts a process for each invocation and resumes the stalled ones. */
export class Processes {
  /** Injects faults into the calls of every process that starts from now on. */
  plan = new FaultPlan();
  readonly #parts: ProcessesParts;
  /** The processes that have not ended. */
  readonly #started = new Set<Sandbox>();
  /** The processes that have drawn an id, by that id. A claim token is such an id. */
  readonly #byId = new Map<string, Sandbox>();

  constructor(parts: ProcessesParts) {
    this.#parts = parts;
  }

  /** True if a process runs; it may only be waiting for a time. */
  get isAnyAwake(): boolean {
    return [...this.#started].some(({ isAwake }) => isAwake);
  }

  /** Returns the process that made a claim, unless the simulation was restored since. */
  holderOf(claimToken: string | undefined): Sandbox | undefined {
    return this.#byId.get(claimToken ?? '');
  }

  /** Resolves when the process ends, is killed or stalls. */
  async start({ caller, work, done, plan = this.plan }: Start): Promise<Ending> {
    const { platform, tamper, cloud, state } = this.#parts;
    state.started += 1;
    const sandbox = new Sandbox(caller, state.started, plan, cloud.clock);
    this.#started.add(sandbox);
    const functions = functionsOf(tamper(platform.ports(sandbox)), {
      clock: sandbox.clock,
      random: () => 0.5,
      newId: () => {
        const id = (++state.ids).toString(16).padStart(32, '0');
        this.#byId.set(id, sandbox);
        return id;
      },
    });
    const ending = await sandbox.run(async () => void (await work(functions)));
    return this.#conclude(sandbox, ending, done);
  }

  /** Calls `done` after a success, and resumes a stalled process after a while. */
  #conclude(sandbox: Sandbox, ending: Ending, done?: () => void): Ending {
    if (ending === 'done') done?.();
    if (ending === 'stalled') void this.#resumeLater(sandbox, done);
    else this.#started.delete(sandbox);
    return ending;
  }

  async #resumeLater(sandbox: Sandbox, done?: () => void): Promise<void> {
    await this.#parts.cloud.clock.sleep(STALL_MS, sandbox.died);
    this.#conclude(sandbox, await sandbox.resume(), done);
  }
}
