/**
 * One job's life, from its caller's first request until nothing is left to happen. The world plays
 * AWS's part: it delivers messages, wakes the sweeper, starts processes. Time is virtual and
 * everything happens one after the other, so a path and its points replay a run exactly.
 */
import type { Settings } from '../../lambda/contract/policy.ts';
import { hasEnded } from '../../lambda/contract/words.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { START } from '../support/job-builders.ts';
import { someSettings } from '../support/settings.ts';
import { Cloud } from './cloud.ts';
import type { FaultPlan } from './fates.ts';
import type { Path } from './paths.ts';
import { Caller, JOB_ID, Operator } from './people.ts';
import { type OpenPlatform, type Platform, withShardOf } from './platform.ts';
import { Processes, type Tamper } from './processes.ts';
import type { Story } from './story.ts';
import { type Task, Timeline } from './timeline.ts';
import { Witness } from './witness.ts';

/** A job that is not at rest after so many events never will be. */
const MAX_EVENTS = 150;
const MINUTE_MS = 60_000;
const SHORT_RUN_MS = 20_000;

interface WorldParts {
  readonly path: Path;
  readonly plan: FaultPlan;
  readonly tamper: Tamper;
  readonly settings: Settings;
  readonly cloud: Cloud;
  readonly platform: OpenPlatform;
}

export async function runPath(
  platform: Platform,
  path: Path,
  plan: FaultPlan,
  tamper: Tamper = (ports) => ports,
): Promise<Story> {
  const settings = settingsOf(path);
  const cloud = new Cloud({
    reaction: (call) => path.models[Math.min(call, path.models.length) - 1] ?? 'answers',
  });
  cloud.queue.othersWaiting = path.isBusyHour ? 1 : 0;
  cloud.downUntilMs.queue = START + (path.queueDownMs ?? 0);
  cloud.downUntilMs.bus = START + (path.busDownMs ?? 0);
  const open = await platform.open(cloud, settings);
  return new World({ path, plan, tamper, settings, cloud, platform: open }).live();
}

class World {
  readonly #parts: WorldParts;
  readonly #timeline: Timeline;
  readonly #processes: Processes;
  readonly #caller: Caller;
  readonly #operator: Operator;
  readonly #witness: Witness;
  #deliveries = 0;
  #lastSweepMs = START;

  constructor(parts: WorldParts) {
    const { cloud } = parts;
    this.#parts = parts;
    this.#timeline = new Timeline(cloud.clock);
    const tamper: Tamper = (ports) => parts.tamper(withShardOf(JOB_ID, ports));
    this.#processes = new Processes({ ...parts, tamper, timeline: this.#timeline });
    this.#caller = new Caller(this.#processes, this.#timeline, cloud.model);
    this.#operator = new Operator(this.#processes, this.#timeline);
    this.#witness = new Witness(cloud.clock);
    cloud.model.onCall = (call) => this.#sawCall(call);
  }

  async live(): Promise<Story> {
    const { path, cloud } = this.#parts;
    if (path.unreadable !== undefined) cloud.queue.put(path.unreadable);
    await this.#caller.submit(path.body);
    for (let events = 0; events < MAX_EVENTS; events++) {
      const row = await this.#row();
      this.#witness.saw(row);
      this.#react(row);
      const isAtRest = !(await this.#timeline.advance([...this.#delivery(), ...this.#sweep(row)]));
      if (isAtRest) return this.#tell(true);
    }
    return this.#tell(false);
  }

  /** What people do about what they see. */
  #react(row: Job | undefined): void {
    const { cancel, isRedriven } = this.#parts.path;
    const { isAccepted, isCancelling } = this.#caller;
    const isDue = cancel && 'at' in cancel && row?.status === cancel.at && isAccepted;
    if (isDue && !isCancelling) this.#timeline.in(0, () => this.#caller.cancel());
    const isDead = isRedriven && row?.status === 'DEAD_LETTERED';
    if (isDead && !this.#operator.isBusy) this.#timeline.in(0, () => this.#operator.redrive());
  }

  async #sawCall(call: number): Promise<void> {
    const { cancel } = this.#parts.path;
    this.#witness.sawCall(await this.#row(), this.#caller.isCancelAccepted);
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
    const { path, cloud } = this.#parts;
    const message = cloud.queue.receive();
    if (!message) return;
    if (path.isDeliveredTwice) cloud.queue.put(message.body);
    this.#deliveries += 1;
    const isShort = path.isFirstRunShort && this.#deliveries === 1;
    await this.#processes.start({
      caller: 'worker',
      work: ({ worker }) => worker(message.body, isShort ? SHORT_RUN_MS : undefined),
      done: () => cloud.queue.delete(message.id),
    });
  }

  /** The minutes in which the sweeper would find nothing are left out. */
  #sweep(row: Job | undefined): readonly Task[] {
    if (row?.dueAt === undefined) return [];
    const dueMs = Math.ceil(row.dueAt / MINUTE_MS) * MINUTE_MS;
    const atMs = Math.max(dueMs, this.#lastSweepMs + MINUTE_MS);
    const run = async () => {
      this.#lastSweepMs = atMs;
      await this.#processes.start({ caller: 'sweeper', work: ({ sweeper }) => sweeper() });
    };
    return [{ atMs, run }];
  }

  #row(): Promise<Job | undefined> {
    return this.#parts.platform.row(JOB_ID);
  }

  async #tell(isAtRest: boolean): Promise<Story> {
    const { cloud, plan } = this.#parts;
    const { isAccepted, isCancelAccepted } = this.#caller;
    const row = await this.#row();
    return {
      ...{ isAtRest, isAccepted, isCancelAccepted, row },
      view: row && hasEnded(row.status) ? await this.#caller.read() : undefined,
      events: cloud.events,
      deadLetters: cloud.deadLetters.size,
      answered: cloud.model.answered,
      sends: cloud.queue.sends,
      oddities: this.#witness.oddities,
      strikes: plan.strikes,
    };
  }
}

const TIERS = ['primary', 'last-resort'].map((name) => ({
  name,
  targets: [{ region: 'us-east-1', modelId: `anthropic.${name}` }],
  maxTokens: 1024,
}));

const SETTINGS = new Map<Path, Settings>();

/** To check settings takes as long as half a run. */
function settingsOf(path: Path): Settings {
  const settings = SETTINGS.get(path) ?? someSettings({ tiers: TIERS, jobs: path.jobs });
  SETTINGS.set(path, settings);
  return settings;
}
