/**
 * Computes the equal parts of runs only once. A checkpoint is a state that several runs may reach.
 * The rest of a run depends only on that state and on the faults that follow, so the segment from
 * one checkpoint to the next is computed once for all runs. README.md says how much time this
 * saves.
 */
import { FaultPlan, type FaultPoint, type InjectedFault } from './faults.ts';
import { openSimulation, type RunSetup } from './run.ts';
import type { FinalState } from './run-result.ts';
import type { Simulation } from './simulation.ts';
import { initialState, stateOf, textOf } from './simulation-state.ts';

/** The part of a run from one checkpoint to the next, or to the end. */
export interface Segment {
  /** The injected faults. Their call numbers count from the checkpoint. */
  readonly injected: readonly InjectedFault[];
  readonly calls: number;
  readonly to: Checkpoint | FinalState;
}

/** The state of a simulation in which no process runs. */
export class Checkpoint {
  readonly #checkpoints: Checkpoints;
  readonly #state: string;
  readonly #segments = new Map<string, Promise<Segment>>();

  constructor(checkpoints: Checkpoints, state: string) {
    this.#checkpoints = checkpoints;
    this.#state = state;
  }

  /** Returns the segment with these faults. Their call numbers count from this checkpoint. */
  next(points: readonly FaultPoint[]): Promise<Segment> {
    const name = points.map(({ n, fault }) => `${n} ${fault}`).join();
    const segment = this.#segments.get(name) ?? this.#compute(points);
    this.#segments.set(name, segment);
    return segment;
  }

  /** Returns the final state of a run without faults after this checkpoint. */
  async finalState(): Promise<FinalState> {
    const { to } = await this.next([]);
    return finalStateOf(to);
  }

  async #compute(points: readonly FaultPoint[]): Promise<Segment> {
    const plan = new FaultPlan(points);
    const simulation = await this.#checkpoints.simulationAt(this.#state);
    simulation.inject(plan);
    let goesOn = await simulation.advance();
    while (goesOn && !simulation.isAtCheckpoint) goesOn = await simulation.advance();
    // Runs with equal beginnings must be equal, or their segments could not be shared.
    if (!plan.isComplete) {
      throw new Error(`a run has fewer calls than before: no call for ${JSON.stringify(points)}`);
    }
    const { injected, calls } = plan;
    const to = goesOn
      ? await this.#checkpoints.checkpointOf(simulation)
      : await simulation.finalState();
    return { injected, calls, to };
  }
}

/** All checkpoints of one setup. Their simulations run one at a time. */
export class Checkpoints {
  readonly #setup: RunSetup;
  readonly #byState = new Map<string, Checkpoint>();
  /** The last simulation that reached a checkpoint, and its state. It can go on from there. */
  #last: { readonly state: string; readonly simulation: Simulation } | undefined;

  constructor(setup: RunSetup) {
    this.#setup = setup;
  }

  first(): Checkpoint {
    return this.#checkpointAt(textOf(initialState(this.#setup.path)));
  }

  async checkpointOf(simulation: Simulation): Promise<Checkpoint> {
    const state = textOf(await simulation.state());
    this.#last = { state, simulation };
    return this.#checkpointAt(state);
  }

  /** Returns a simulation in this state. Simulations share the platform's tables, so the others end. */
  async simulationAt(state: string): Promise<Simulation> {
    const last = this.#last;
    this.#last = undefined;
    return last?.state === state ? last.simulation : openSimulation(this.#setup, stateOf(state));
  }

  #checkpointAt(state: string): Checkpoint {
    const checkpoint = this.#byState.get(state) ?? new Checkpoint(this, state);
    this.#byState.set(state, checkpoint);
    return checkpoint;
  }
}

export async function finalStateOf(to: Checkpoint | FinalState): Promise<FinalState> {
  return to instanceof Checkpoint ? to.finalState() : to;
}
