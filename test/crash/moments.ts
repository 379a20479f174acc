import { FaultPlan, type Point, type Strike } from './fates.ts';
import { openWorld, type Scene } from './run.ts';
import type { Ending } from './story.ts';
import type { World } from './world.ts';
import { stateOf, textOf, theBeginning } from './world-state.ts';

/** From a moment to the next one, or to the end. */
export interface Passage {
  /** Numbered from the moment on. */
  readonly strikes: readonly Strike[];
  readonly calls: number;
  readonly to: Moment | Ending;
}

/**
 * A world in which no process runs or stands still. Nothing but its state says what comes of it, so
 * what two runs have in common, before they are struck or afterwards, is played once.
 */
export class Moment {
  readonly #stage: Stage;
  readonly #state: string;
  readonly #passages = new Map<string, Promise<Passage>>();
  #ending: Promise<Ending> | undefined;

  constructor(stage: Stage, state: string) {
    this.#stage = stage;
    this.#state = state;
  }

  /** What comes next if these strike, numbered from here on. */
  next(points: readonly Point[]): Promise<Passage> {
    const name = points.map(({ n, fate }) => `${n} ${fate}`).join();
    const passage = this.#passages.get(name) ?? this.#play(points);
    this.#passages.set(name, passage);
    return passage;
  }

  /** How it ends if nothing strikes from here on. */
  ending(): Promise<Ending> {
    this.#ending ??= this.next([]).then(({ to }) => endingOf(to));
    return this.#ending;
  }

  async #play(points: readonly Point[]): Promise<Passage> {
    const plan = new FaultPlan(points);
    const world = await this.#stage.worldAt(this.#state);
    world.strike(plan);
    let goesOn = await world.advance();
    while (goesOn && !world.isQuiet) goesOn = await world.advance();
    // Else two runs that are one so far would differ, and nothing here could be relied upon.
    if (!plan.isSpent) throw new Error(`calls missed their points: ${JSON.stringify(points)}`);
    const { strikes, calls } = plan;
    const to = goesOn ? await this.#stage.momentOf(world) : await world.tell();
    return { strikes, calls, to };
  }
}

/** Where the worlds of a scene are played, one at a time. */
export class Stage {
  readonly #scene: Scene;
  readonly #moments = new Map<string, Moment>();
  /** The one that was played last, while it is at a moment. */
  #world: { readonly state: string; readonly world: World } | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  first(): Moment {
    return this.#momentAt(textOf(theBeginning(this.#scene.path)));
  }

  async momentOf(world: World): Promise<Moment> {
    const state = textOf(await world.state());
    this.#world = { state, world };
    return this.#momentAt(state);
  }

  async worldAt(state: string): Promise<World> {
    const last = this.#world;
    this.#world = undefined;
    return last?.state === state ? last.world : openWorld(this.#scene, stateOf(state));
  }

  #momentAt(state: string): Moment {
    const moment = this.#moments.get(state) ?? new Moment(this, state);
    this.#moments.set(state, moment);
    return moment;
  }
}

export async function endingOf(to: Moment | Ending): Promise<Ending> {
  return to instanceof Moment ? to.ending() : to;
}
