/**
 * One job's life, from its caller's first request until nothing is left to happen. The world plays
 * AWS's part (it delivers messages, wakes the sweeper, starts processes) and those of the caller and
 * the operator, who try again when they get no answer. Time is virtual and everything happens one
 * after the other, so that a path and its points replay a run exactly.
 */
import type { Settings } from '../../lambda/contract/policy.ts';
import type { JobView } from '../../lambda/contract/schemas/job-views.ts';
import { hasEnded } from '../../lambda/contract/words.ts';
import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { digest } from '../../lambda/request/digest.ts';
import type { ApiEventOptions } from '../support/api-event.ts';
import { START } from '../support/job-builders.ts';
import { someSettings } from '../support/settings.ts';
import { Cloud } from './cloud.ts';
import { FaultPlan, type FunctionName, type Strike } from './fates.ts';
import { functionsOf } from './functions.ts';
import type { Path } from './paths.ts';
import { type OpenPlatform, type Platform, type Ports, withShardOf } from './platform.ts';
import { type Ending, Sandbox } from './sandbox.ts';
import { Witness } from './witness.ts';

/** A job that is not at rest after so many events never will be. */
const MAX_EVENTS = 150;
const MINUTE_MS = 60_000;
/** So long that the sweeper has given the job to another; a worker is stopped after 150 s. */
const STALL_MS = 140_000;
const CALLER_PATIENCE_MS = 30_000;
/** Longer than a received dead letter is hidden. */
const OPERATOR_PATIENCE_MS = 61_000;
const SHORT_RUN_MS = 20_000;

/** What a run was like, seen from outside. */
export interface Story {
  /** Nothing is left to happen. */
  readonly isAtRest: boolean;
  readonly isAccepted: boolean;
  /** Its caller was told that the cancel was accepted, before a model had answered. */
  readonly isCancelled: boolean;
  readonly row?: Job;
  /** The ended job as its caller reads it. */
  readonly view?: JobView;
  readonly events: readonly CompletionEvent[];
  readonly deadLetters: number;
  readonly answered: number;
  readonly sends: number;
  /** What must never be seen, and was. */
  readonly oddities: readonly string[];
  readonly strikes: readonly Strike[];
  /** Calls that fate could have struck. */
  readonly calls: number;
}

/** Puts a mistake into a process. */
export type Tamper = (ports: Ports) => Ports;

interface Task {
  readonly atMs: number;
  readonly run: () => Promise<void>;
}

type Functions = ReturnType<typeof functionsOf>;

export class World {
  readonly #path: Path;
  readonly #plan: FaultPlan;
  readonly #tamper: Tamper;
  readonly #settings: Settings;
  readonly #cloud: Cloud;
  readonly #platform: OpenPlatform;
  readonly #witness: Witness;
  #tasks: Task[] = [];
  #ids = 0;
  #invocations = 0;
  #runs = 0;
  #lastSweepMs = START;
  #isAccepted = false;
  #isCancelBegun = false;
  #isCancelled = false;
  #isRedriving = false;

  static async run(
    platform: Platform,
    path: Path,
    plan: FaultPlan,
    tamper: Tamper = (ports) => ports,
  ): Promise<Story> {
    const settings = someSettings({ tiers: TIERS, jobs: path.jobs });
    const world: { current?: World } = {};
    const cloud = new Cloud({
      reaction: (call) => path.models[Math.min(call, path.models.length) - 1] ?? 'answers',
      during: async (call) => world.current?.duringCall(call),
    });
    cloud.downUntilMs.queue = START + (path.queueDownMs ?? 0);
    cloud.downUntilMs.bus = START + (path.busDownMs ?? 0);
    const open = await platform.open(cloud, settings);
    world.current = new World(path, plan, tamper, settings, cloud, open);
    return world.current.#live();
  }

  private constructor(
    path: Path,
    plan: FaultPlan,
    tamper: Tamper,
    settings: Settings,
    cloud: Cloud,
    platform: OpenPlatform,
  ) {
    this.#path = path;
    this.#plan = plan;
    this.#tamper = tamper;
    this.#settings = settings;
    this.#cloud = cloud;
    this.#platform = platform;
    this.#witness = new Witness(cloud.clock);
    cloud.model.onCall = async () => {
      this.#witness.sawCall(await this.#row(), this.#isCancelled);
    };
  }

  async duringCall(call: number): Promise<void> {
    const { cancel } = this.#path;
    if (cancel && 'duringCall' in cancel && cancel.duringCall === call) await this.#cancelJob();
  }

  async #live(): Promise<Story> {
    this.#at(START, () => this.#submit());
    let isAtRest = false;
    for (let events = 0; events < MAX_EVENTS && !isAtRest; events++) {
      const row = await this.#row();
      this.#witness.saw(row);
      this.#react(row);
      const next = this.#next(row);
      if (!next) {
        isAtRest = true;
        break;
      }
      this.#cloud.clock.nowMs = Math.max(this.#cloud.clock.nowMs, next.atMs);
      await next.run();
    }
    return this.#tell(isAtRest);
  }

  /** What a caller and an operator do about what they see. */
  #react(row: Job | undefined): void {
    const { cancel, isRedriven } = this.#path;
    const now = this.#cloud.clock.now();
    const isSeen = cancel && 'at' in cancel && row?.status === cancel.at && this.#isAccepted;
    if (isSeen && !this.#isCancelBegun) this.#at(now, () => this.#cancelJob());
    if (isRedriven && row?.status === 'DEAD_LETTERED' && !this.#isRedriving) {
      this.#isRedriving = true;
      this.#at(now, () => this.#redrive());
    }
  }

  #next(row: Job | undefined): Task | undefined {
    const tasks = [...this.#tasks];
    const messageAtMs = this.#cloud.queue.nextAtMs;
    if (messageAtMs !== undefined) {
      const atMs = Math.max(messageAtMs, START + (this.#path.backlogMs ?? 0));
      tasks.push({ atMs, run: () => this.#deliver() });
    }
    // The minutes in which the sweeper would find nothing are left out.
    if (row?.dueAt !== undefined) {
      const dueMs = Math.ceil(row.dueAt / MINUTE_MS) * MINUTE_MS;
      const atMs = Math.max(dueMs, this.#lastSweepMs + MINUTE_MS);
      tasks.push({ atMs, run: () => this.#sweep(atMs) });
    }
    const next = tasks.sort((a, b) => a.atMs - b.atMs)[0];
    this.#tasks = this.#tasks.filter((task) => task !== next);
    return next;
  }

  #at(atMs: number, run: () => Promise<void>): void {
    this.#tasks.push({ atMs, run });
  }

  async #submit(): Promise<void> {
    const body = JSON.stringify({ prompt: 'Why do ships have anchors?', ...this.#path.body });
    const headers = { 'Idempotency-Key': [IDEMPOTENCY_KEY] };
    const answer = await this.#request({ route: 'POST /jobs', body, headers });
    if (answer && answer.statusCode < 300) {
      this.#isAccepted = true;
    } else this.#at(this.#cloud.clock.now() + CALLER_PATIENCE_MS, () => this.#submit());
  }

  async #cancelJob(): Promise<void> {
    this.#isCancelBegun = true;
    const answer = await this.#request({ route: 'DELETE /jobs/{id}', id: JOB_ID });
    if (answer?.statusCode === 202) this.#isCancelled = this.#cloud.model.answered === 0;
    else if (answer?.statusCode !== 409) {
      this.#at(this.#cloud.clock.now() + CALLER_PATIENCE_MS, () => this.#cancelJob());
    }
  }

  async #redrive(): Promise<void> {
    await this.#start(this.#sandbox('operator'), ({ operator }) => operator());
    this.#at(this.#cloud.clock.now() + OPERATOR_PATIENCE_MS, async () => {
      this.#isRedriving = false;
    });
  }

  async #sweep(atMs: number): Promise<void> {
    this.#lastSweepMs = atMs;
    await this.#start(this.#sandbox('sweeper'), ({ sweeper }) => sweeper());
  }

  async #deliver(): Promise<void> {
    const { queue } = this.#cloud;
    const message = queue.receive();
    if (!message) return;
    if (this.#path.isDeliveredTwice) queue.put(message.body);
    this.#runs += 1;
    const timeoutMs = this.#path.isFirstRunShort && this.#runs === 1 ? SHORT_RUN_MS : undefined;
    await this.#start(
      this.#sandbox('worker'),
      ({ worker }) => worker(message.body, timeoutMs),
      () => queue.delete(message.id),
    );
  }

  /** The answer, if one came in time. */
  async #request(options: Omit<ApiEventOptions, 'apiKeyId'>, plan = this.#plan) {
    type Answer = Awaited<ReturnType<Functions['request']>>;
    const given: { answer?: Answer } = {};
    const sandbox = this.#sandbox('request', plan);
    const ending = await this.#start(sandbox, async ({ request }) => {
      given.answer = await request({ ...options, apiKeyId: TENANT });
    });
    return ending === 'done' ? given.answer : undefined;
  }

  #sandbox(caller: FunctionName, plan = this.#plan): Sandbox {
    this.#invocations += 1;
    return new Sandbox(caller, this.#invocations, plan);
  }

  async #start(
    sandbox: Sandbox,
    work: (functions: Functions) => Promise<unknown>,
    done: () => void = () => undefined,
  ): Promise<Ending> {
    const functions = functionsOf(
      this.#tamper(withShardOf(JOB_ID, this.#platform.ports(sandbox))),
      {
        clock: this.#cloud.clock,
        random: () => 0.5,
        newId: () => (++this.#ids).toString(16).padStart(32, '0'),
        settings: this.#settings,
      },
    );
    const ending = await sandbox.run(async () => void (await work(functions)));
    return this.#conclude(sandbox, ending, done);
  }

  /** One that stands still goes on later; meanwhile the world does. */
  #conclude(sandbox: Sandbox, ending: Ending, done: () => void): Ending {
    if (ending === 'done') done();
    if (ending === 'stalled') {
      this.#at(this.#cloud.clock.now() + STALL_MS, async () => {
        this.#conclude(sandbox, await sandbox.resume(), done);
      });
    }
    return ending;
  }

  #row(): Promise<Job | undefined> {
    return this.#platform.row(JOB_ID);
  }

  async #tell(isAtRest: boolean): Promise<Story> {
    const row = await this.#row();
    const { events, deadLetters, model, queue } = this.#cloud;
    const { calls, strikes } = this.#plan;
    return {
      ...{ isAtRest, isAccepted: this.#isAccepted, isCancelled: this.#isCancelled },
      row,
      view: row && hasEnded(row.status) ? await this.#read() : undefined,
      ...{ events, deadLetters: deadLetters.size, answered: model.answered, sends: queue.sends },
      ...{ oddities: this.#witness.oddities, strikes: [...strikes], calls },
    };
  }

  /** Nothing strikes it: to read changes nothing. */
  async #read(): Promise<JobView | undefined> {
    const options = { route: 'GET /jobs/{id}', id: JOB_ID };
    const answer = await this.#request(options, new FaultPlan());
    return answer?.statusCode === 200 ? JSON.parse(answer.body) : undefined;
  }
}

const TENANT = 'a-tenant';
const IDEMPOTENCY_KEY = 'a-key';
/** What the two make of it. */
const JOB_ID = digest([TENANT, IDEMPOTENCY_KEY]);

const TIERS = ['primary', 'last-resort'].map((name) => ({
  name,
  targets: [{ region: 'us-east-1', modelId: `anthropic.${name}` }],
  maxTokens: 1024,
}));
