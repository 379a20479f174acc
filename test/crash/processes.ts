import type { Cloud } from './cloud.ts';
import { FaultPlan, type FunctionName } from './faults.ts';
import { functionsOf } from './functions.ts';
import type { OpenPlatform, Ports } from './platform.ts';
import { type Ending, Sandbox } from './sandbox.ts';
import type { Timeline } from './timeline.ts';

/** The length of a stall. Another worker gets the job meanwhile. Lambda's timeout is 150 s. */
const STALL_MS = 140_000;

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
  readonly timeline: Timeline;
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

  constructor(parts: ProcessesParts) {
    this.#parts = parts;
  }

  async start({ caller, work, done, plan = this.plan }: Start): Promise<Ending> {
    const { platform, tamper, cloud, state } = this.#parts;
    state.started += 1;
    const sandbox = new Sandbox(caller, state.started, plan);
    const functions = functionsOf(tamper(platform.ports(sandbox)), {
      clock: cloud.clock,
      random: () => 0.5,
      newId: () => (++state.ids).toString(16).padStart(32, '0'),
    });
    const ending = await sandbox.run(async () => void (await work(functions)));
    return this.#conclude(sandbox, ending, done);
  }

  /** Calls `done` after a success. Plans the time at which a stalled process resumes. */
  #conclude(sandbox: Sandbox, ending: Ending, done?: () => void): Ending {
    if (ending === 'done') done?.();
    if (ending === 'stalled') {
      this.#parts.timeline.in(STALL_MS, async () => {
        this.#conclude(sandbox, await sandbox.resume(), done);
      });
    }
    return ending;
  }
}
