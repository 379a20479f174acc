/**
 * One job's life, from its caller's first request until nothing is left to happen. The world plays
 * AWS's part: it delivers messages, wakes the sweeper, starts processes. Time is virtual and
 * everything happens one after the other, so a path and its points replay a run exactly.
 */
import { hasEnded } from '../../lambda/contract/words.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { START } from '../support/job-builders.ts';
import type { Cloud } from './cloud.ts';
import type { FaultPlan } from './fates.ts';
import type { Path } from './paths.ts';
import { Caller, JOB_ID, Operator } from './people.ts';
import { type OpenPlatform, withShardOf } from './platform.ts';
import { Processes, type Tamper } from './processes.ts';
import type { Ending } from './story.ts';
import { type Intent, type Task, Timeline } from './timeline.ts';
import { Witness } from './witness.ts';
import type { WorldState } from './world-state.ts';

/** A job that is not at rest after so many events never will be. */
const MAX_EVENTS = 151;
const MINUTE_MS = 60_000;
const SHORT_RUN_MS = 20_000;

interface WorldParts {
  readonly state: WorldState;
  readonly path: Path;
  readonly tamper: Tamper;
  readonly cloud: Cloud;
  readonly platform: OpenPlatform;
}

export class World {
  readonly #parts: WorldParts;
  readonly #timeline: Timeline;
  readonly #processes: Processes;
  readonly #caller: Caller;
  readonly #operator: Operator;
  readonly #witness: Witness;

  constructor(parts: WorldParts) {
    const { cloud, state, path } = parts;
    this.#parts = parts;
    const timeline = new Timeline(cloud.clock, state.planned);
    const tamper: Tamper = (ports) => parts.tamper(withShardOf(JOB_ID, ports));
    const processes = new Processes({ ...parts, state: state.processes, tamper, timeline });
    const { body } = path;
    const { model } = cloud;
    this.#timeline = timeline;
    this.#processes = processes;
    this.#caller = new Caller({ state: state.caller, body, processes, timeline, model });
    this.#operator = new Operator(state.operator, processes, timeline);
    this.#witness = new Witness(cloud.clock, state.testimony);
    model.onCall = (call) => this.#sawCall(call);
  }

  /** No process stands still, so that all that there is can be written down. */
  get isQuiet(): boolean {
    return this.#timeline.isNamed;
  }

  /** From now on. */
  strike(plan: FaultPlan): void {
    this.#processes.plan = plan;
  }

  async state(): Promise<WorldState> {
    return { ...this.#parts.state, tables: await this.#parts.platform.tables() };
  }

  /** Lets the next thing happen; false when nothing is left, or when it goes on without end. */
  async advance(): Promise<boolean> {
    const { state, platform } = this.#parts;
    if (state.events === MAX_EVENTS) return false;
    const row = await this.#row();
    this.#witness.saw(row);
    this.#react(row);
    const others = [...this.#delivery(), ...this.#sweep(row)];
    if (!(await this.#timeline.advance(others, this.#people))) return false;
    await platform.settled();
    state.events += 1;
    return true;
  }

  async tell(): Promise<Ending> {
    const { cloud, state } = this.#parts;
    const { isAccepted, isCancelAccepted } = state.caller;
    const row = await this.#row();
    return {
      ...{ isAtRest: state.events < MAX_EVENTS, isAccepted, isCancelAccepted, row },
      view: row && hasEnded(row.status) ? await this.#caller.read() : undefined,
      events: cloud.events,
      deadLetters: cloud.deadLetters.size,
      answered: cloud.model.answered,
      sends: cloud.queue.sends,
      oddities: state.testimony.oddities,
    };
  }

  readonly #people: Readonly<Record<Intent, () => Promise<void>>> = {
    submit: () => this.#caller.submit(),
    cancel: () => this.#caller.cancel(),
    'insist on the cancel': () => this.#caller.insistOnCancel(),
    redrive: () => this.#operator.redrive(),
    'look again': () => this.#operator.lookAgain(),
  };

  /** What people do about what they see. */
  #react(row: Job | undefined): void {
    const { cancel, isRedriven } = this.#parts.path;
    const { isAccepted, isCancelling } = this.#caller.state;
    const isDue = cancel && 'at' in cancel && row?.status === cancel.at && isAccepted;
    if (isDue && !isCancelling) this.#timeline.in(0, 'cancel');
    const isDead = isRedriven && row?.status === 'DEAD_LETTERED';
    if (isDead && !this.#operator.isBusy) this.#timeline.in(0, 'redrive');
  }

  async #sawCall(call: number): Promise<void> {
    const { cancel } = this.#parts.path;
    this.#witness.sawCall(await this.#row(), this.#caller.state.isCancelAccepted);
    if (cancel && 'duringCall' in cancel && cancel.duringCall === call) await this.#caller.cancel();
  }

  #delivery(): readonly Task[] {
    const { path, cloud } = this.#parts;
    const { nextAtMs } = cloud.queue;
    if (nextAtMs === undefined) return [];
    const atMs = Math.max(nextAtMs, START + (path.backlogMs ?? 0));
    return [{ atMs, run: () => this.#deliver() }];
  }

  async #deliver(): Promise<void> {
    const { path, cloud, state } = this.#parts;
    const message = cloud.queue.receive();
    if (!message) return;
    if (path.isDeliveredTwice) cloud.queue.put(message.body);
    state.deliveries += 1;
    const isShort = path.isFirstRunShort && state.deliveries === 1;
    await this.#processes.start({
      caller: 'worker',
      work: ({ worker }) => worker(message.body, isShort ? SHORT_RUN_MS : undefined),
      done: () => cloud.queue.delete(message.id),
    });
  }

  /** The minutes in which the sweeper would find nothing are left out. */
  #sweep(row: Job | undefined): readonly Task[] {
    const { state } = this.#parts;
    if (row?.dueAt === undefined) return [];
    const dueMs = Math.ceil(row.dueAt / MINUTE_MS) * MINUTE_MS;
    const atMs = Math.max(dueMs, state.lastSweepMs + MINUTE_MS);
    const run = async () => {
      state.lastSweepMs = atMs;
      await this.#processes.start({ caller: 'sweeper', work: ({ sweeper }) => sweeper() });
    };
    return [{ atMs, run }];
  }

  #row(): Promise<Job | undefined> {
    return this.#parts.platform.row(JOB_ID);
  }
}
