/**
 * Simulates the life of one job, from the client's first request until nothing is left to happen. It
 * takes the place of AWS: it delivers messages, invokes the sweeper and starts processes. Time is
 * virtual and only one thing happens at a time, so a path and a fault plan always give the same
 * run.
 */
import { hasEnded } from '../../lambda/contract/words.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { START } from '../support/job-builders.ts';
import type { Cloud } from './cloud.ts';
import type { FaultPlan } from './faults.ts';
import type { Path } from './paths.ts';
import { type OpenPlatform, withShardOf } from './platform.ts';
import { Processes, type Tamper } from './processes.ts';
import { RowMonitor } from './row-monitor.ts';
import type { FinalState } from './run-result.ts';
import type { SimulationState } from './simulation-state.ts';
import { type Action, type Task, Timeline } from './timeline.ts';
import { ApiClient, JOB_ID, Operator } from './users.ts';

/** The number of events after which a run counts as endless. */
const MAX_EVENTS = 151;
const MINUTE_MS = 60_000;
const SHORT_RUN_MS = 20_000;

interface SimulationParts {
  readonly state: SimulationState;
  readonly path: Path;
  readonly tamper: Tamper;
  readonly cloud: Cloud;
  readonly platform: OpenPlatform;
}

export class Simulation {
  readonly #parts: SimulationParts;
  readonly #timeline: Timeline;
  readonly #processes: Processes;
  readonly #client: ApiClient;
  readonly #operator: Operator;
  readonly #monitor: RowMonitor;

  constructor(parts: SimulationParts) {
    const { cloud, state, path } = parts;
    this.#parts = parts;
    const timeline = new Timeline(cloud.clock, state.planned);
    const tamper: Tamper = (ports) => parts.tamper(withShardOf(JOB_ID, ports));
    const processes = new Processes({ ...parts, state: state.processes, tamper, timeline });
    const { body } = path;
    const { model } = cloud;
    this.#timeline = timeline;
    this.#processes = processes;
    this.#client = new ApiClient({ state: state.client, body, processes, timeline, model });
    this.#operator = new Operator(state.operator, processes, timeline);
    this.#monitor = new RowMonitor(cloud.clock, state.monitor);
    model.onCall = (call) => this.#observeCall(call);
  }

  /** True if no process is stalled, so that the whole state is plain data. */
  get isAtCheckpoint(): boolean {
    return this.#timeline.isSerializable;
  }

  /** Injects the plan's faults into the calls from now on. */
  inject(plan: FaultPlan): void {
    this.#processes.plan = plan;
  }

  async state(): Promise<SimulationState> {
    const { state, cloud, platform } = this.#parts;
    return {
      ...state,
      cloud: { ...state.cloud, nowMs: cloud.clock.nowMs },
      tables: await platform.tables(),
    };
  }

  /** Runs the next event. Returns false when none is left, or when the run seems endless. */
  async advance(): Promise<boolean> {
    const { state, platform } = this.#parts;
    if (state.events === MAX_EVENTS) return false;
    const row = await this.#row();
    this.#monitor.observeRow(row);
    this.#react(row);
    const others = [...this.#delivery(), ...this.#sweep(row)];
    if (!(await this.#timeline.advance(others, this.#actions))) return false;
    await platform.settled();
    state.events += 1;
    return true;
  }

  async finalState(): Promise<FinalState> {
    const { cloud, state } = this.#parts;
    const { isAccepted, isCancelAccepted } = state.client;
    const row = await this.#row();
    return {
      ...{ isAtRest: state.events < MAX_EVENTS, isAccepted, isCancelAccepted, row },
      view: row && hasEnded(row.status) ? await this.#client.read() : undefined,
      events: cloud.events,
      deadLetters: cloud.deadLetters.size,
      answered: cloud.model.answered,
      sends: cloud.queue.sends,
      violations: state.monitor.violations,
    };
  }

  readonly #actions: Readonly<Record<Action, () => Promise<void>>> = {
    submit: () => this.#client.submit(),
    cancel: () => this.#client.cancel(),
    'retry the cancel': () => this.#client.retryCancel(),
    redrive: () => this.#operator.redrive(),
    'allow another redrive': () => this.#operator.allowAnother(),
  };

  /** Plans the client's cancel or the operator's redrive once the row has the status that they wait for. */
  #react(row: Job | undefined): void {
    const { cancel, isRedriven } = this.#parts.path;
    const { isAccepted, isCancelling } = this.#client.state;
    const isDue = cancel && 'at' in cancel && row?.status === cancel.at && isAccepted;
    if (isDue && !isCancelling) this.#timeline.in(0, 'cancel');
    const isDead = isRedriven && row?.status === 'DEAD_LETTERED';
    if (isDead && !this.#operator.isBusy) this.#timeline.in(0, 'redrive');
  }

  async #observeCall(call: number): Promise<void> {
    const { cancel } = this.#parts.path;
    this.#monitor.observeCall(await this.#row(), this.#client.state.isCancelAccepted);
    if (cancel && 'duringCall' in cancel && cancel.duringCall === call) await this.#client.cancel();
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

  /** Returns the next run of the sweeper. Skips the minutes in which it would find nothing. */
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
