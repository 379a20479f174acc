/**
 * Simulates the life of one job, from the client's first request until nothing is left to happen. It
 * takes the place of AWS: it delivers messages, invokes the sweeper and starts processes. Time is
 * virtual, and only one thing happens at a time. Processes that wait for a time run side by side. A
 * path and a fault plan always give the same run.
 */

import { parseMessage } from '../../lambda/contract/schemas/message.ts';
import { hasEnded } from '../../lambda/contract/words.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { START } from '../support/job-builders.ts';
import type { Cloud } from './cloud.ts';
import type { FaultPlan } from './faults.ts';
import type { Path } from './paths.ts';
import { type OpenPlatform, withOthersServed, withShardOf } from './platform.ts';
import { Processes, type Tamper } from './processes.ts';
import { type MonitorState, RowMonitor } from './row-monitor.ts';
import type { FinalState } from './run-result.ts';
import type { Sandbox } from './sandbox.ts';
import type { SimulationState } from './simulation-state.ts';
import { type Action, SWEEP_MS, type Task, Timeline } from './timeline.ts';
import { ApiClient, JOB_ID, Operator } from './users.ts';

/** The number of events after which a run counts as endless. */
const MAX_EVENTS = 151;
const MAX_TRIES = 100;
/** The time from the start of a call to a cancel during it. */
const CANCEL_AFTER_MS = 2_000;

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
    const tamper: Tamper = (given) => {
      const ports = withShardOf(JOB_ID, given);
      return parts.tamper(path.areOthersServed ? withOthersServed(cloud.clock, ports) : ports);
    };
    const processes = new Processes({ ...parts, state: state.processes, tamper });
    const { body } = path;
    const { model } = cloud;
    this.#timeline = timeline;
    this.#processes = processes;
    this.#client = new ApiClient({ state: state.client, body, processes, timeline, model });
    this.#operator = new Operator(state.operator, processes, timeline);
    this.#monitor = new RowMonitor(cloud.clock, processes, state.monitor);
    const { ledger } = parts.platform;
    model.onCall = (call, process, modelId) => {
      ledger?.begins(call, modelId);
      return this.#observeCall(call, process);
    };
    model.onToken = async (call) => {
      ledger?.token(call);
      this.#monitor.observeToken(call, await this.#row());
    };
    cloud.onDeadLetter = (body) => this.#observeDeadLetter(body);
  }

  /** True if no process runs or is stalled, so that the whole state is plain data. */
  get isAtCheckpoint(): boolean {
    return this.#parts.cloud.clock.isIdle;
  }

  /** Injects the plan's faults into the calls from now on. */
  inject(plan: FaultPlan): void {
    this.#processes.plan = plan;
  }

  async state(): Promise<SimulationState> {
    const { state, cloud, platform } = this.#parts;
    return {
      ...state,
      cloud: { ...state.cloud, nowMs: cloud.clock.now() },
      tables: await platform.tables(),
    };
  }

  /** Runs the next event. Returns false when none is left, or when the run seems endless. */
  async advance(): Promise<boolean> {
    const { state, cloud } = this.#parts;
    if (state.events === MAX_EVENTS) return false;
    const row = await this.#row();
    this.#monitor.observeRow(row);
    this.#react(row);
    const others = [...cloud.clock.wakings, ...this.#delivery(), ...this.#sweep(row)];
    if (!(await this.#timeline.advance(others, this.#actions))) return false;
    await this.#settle();
    state.events += 1;
    return true;
  }

  /** Waits until every process has ended or waits for a time. */
  async #settle(): Promise<void> {
    const { cloud, platform } = this.#parts;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      await platform.settled();
      if (!this.#processes.isAnyAwake || !cloud.clock.isIdle) return;
    }
    throw new Error('a process neither ends nor waits for a time');
  }

  async finalState(): Promise<FinalState> {
    const { cloud, state, platform } = this.#parts;
    const { isAccepted, isCancelAccepted } = state.client;
    const row = await this.#row();
    return {
      ...{ isAtRest: state.events < MAX_EVENTS, isAccepted, isCancelAccepted, row },
      view: row && hasEnded(row.status) ? await this.#client.read() : undefined,
      events: cloud.events,
      deadLetters: cloud.deadLetters.size,
      begun: cloud.model.begun,
      sends: cloud.queue.sends,
      quota: platform.ledger?.books,
      ...monitored(state.monitor),
    };
  }

  readonly #actions: Readonly<Record<Action, () => Promise<void>>> = {
    submit: () => this.#client.submit(),
    cancel: () => this.#client.cancel(),
    'retry the cancel': () => this.#client.retryCancel(),
    redrive: () => this.#operator.redrive(),
    'allow another redrive': () => this.#operator.allowAnother(),
  };

  /** Plans the client's cancel at the status that it waits for, and the redrive of a dead letter. */
  #react(row: Job | undefined): void {
    const { cloud, path } = this.#parts;
    const { cancel, isRedriven } = path;
    const { isAccepted, isCancelling } = this.#client.state;
    const isDue = cancel && 'at' in cancel && row?.status === cancel.at && isAccepted;
    if (isDue && !isCancelling) this.#timeline.in(0, 'cancel');
    const hasLetter = isRedriven && cloud.deadLetters.size > 0;
    if (hasLetter && !this.#operator.isBusy) this.#timeline.in(0, 'redrive');
  }

  async #observeCall(call: number, process: Sandbox): Promise<void> {
    const { cancel } = this.#parts.path;
    const { isCancelAccepted } = this.#client.state;
    this.#monitor.observeCall(call, process, await this.#row(), isCancelAccepted);
    if (cancel && 'duringCall' in cancel && cancel.duringCall === call) {
      this.#timeline.in(CANCEL_AFTER_MS, 'cancel');
    }
  }

  async #observeDeadLetter(body: string): Promise<void> {
    const parsed = parseMessage(body);
    if (parsed.readable) this.#monitor.observeDeadLetter(await this.#row());
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
    if (path.isDeliveredTwice) cloud.queue.copy(message);
    state.deliveries += 1;
    const timeoutMs = state.deliveries === 1 ? path.firstRunMs : undefined;
    void this.#processes.start({
      caller: 'worker',
      work: ({ worker }) => worker(message.body, timeoutMs),
      done: () => cloud.queue.delete(message.id),
    });
  }

  /** Returns the next run of the sweeper. Skips the minutes in which it would find nothing. */
  #sweep(row: Job | undefined): readonly Task[] {
    const { state } = this.#parts;
    if (row?.dueAt === undefined) return [];
    const dueMs = Math.ceil(row.dueAt / SWEEP_MS) * SWEEP_MS;
    const atMs = Math.max(dueMs, state.lastSweepMs + SWEEP_MS);
    const run = async () => {
      state.lastSweepMs = atMs;
      void this.#processes.start({ caller: 'sweeper', work: ({ sweeper }) => sweeper() });
    };
    return [{ atMs, run }];
  }

  #row(): Promise<Job | undefined> {
    return this.#parts.platform.row(JOB_ID);
  }
}

function monitored({ violations, longestOrphanMs, longestStrayMs }: MonitorState) {
  return { violations, longestOrphanMs, longestStrayMs };
}
