import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock } from '../clock.ts';
import { errorName } from '../error-name.ts';
import type { Log } from '../telemetry.ts';

/** Configuration errors of one target since its last success. */
export interface ConfigFailures {
  readonly failures: number;
  /** The first two jobs that met them: one job alone may carry the fault itself. */
  readonly jobs: readonly string[];
  /** The last error's name. */
  readonly reason: string;
  readonly sinceMs: number;
  /** Set once there were enough of them; a check is one job's call. */
  readonly disabled?: {
    readonly sinceMs: number;
    readonly checkAtMs: number;
    readonly checks: number;
  };
}

/** One small record for the whole chain, saved by version. */
export interface DisabledTargetsRecord {
  readonly version: number;
  readonly targets: Readonly<Record<string, ConfigFailures>>;
}

export interface DisabledTargetsStore {
  load(): Promise<DisabledTargetsRecord>;
  /** Replaces version − 1; false when another writer was faster. */
  save(record: DisabledTargetsRecord): Promise<boolean>;
}

export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly untilMs: number };

const FAILURES_TO_DISABLE = 3;
const JOBS_TO_DISABLE = 2;
/** Checks grow apart up to this many cooldowns: an hour by default. */
const LONGEST_CHECK_COOLDOWNS = 60;
/** The shared record is read this often per cooldown: every 5 s by default. */
const LOADS_PER_COOLDOWN = 12;
const SAVE_ATTEMPTS = 3;

export interface DisabledTargetsParts {
  readonly store: DisabledTargetsStore;
  readonly policy: () => BreakerPolicy;
  readonly clock: Pick<Clock, 'now'>;
  readonly log?: Log;
}

/**
 * Targets that answer with configuration errors (no access, end of life, not found). Their circuits
 * ignore these, as waiting does not cure them: after three without a success, from at least two
 * jobs, a target is out until one job's call, ever more rarely, shows that it is back.
 */
export class DisabledTargets {
  readonly #parts: DisabledTargetsParts;
  #record: DisabledTargetsRecord = { version: 0, targets: {} };
  #loadedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: DisabledTargetsParts) {
    this.#parts = parts;
  }

  /** Whether the target may be called. The one caller that finds a check due gets it. */
  async availability(key: string): Promise<Availability> {
    await this.#refresh();
    const { clock, policy } = this.#parts;
    const known = this.#record.targets[key]?.disabled;
    if (!known) return { available: true };
    if (clock.now() < known.checkAtMs) return { available: false, untilMs: known.checkAtMs };

    const claimed = await this.#change((targets) => {
      const entry = targets[key];
      if (!entry?.disabled || clock.now() < entry.disabled.checkAtMs) return undefined;
      const checks = entry.disabled.checks + 1;
      const checkAtMs = clock.now() + checkDistanceMs(policy(), checks);
      return {
        ...targets,
        [key]: { ...entry, disabled: { ...entry.disabled, checks, checkAtMs } },
      };
    });
    const untilMs = this.#record.targets[key]?.disabled?.checkAtMs;
    return claimed || untilMs === undefined ? { available: true } : { available: false, untilMs };
  }

  /** A call ended in a configuration error called `reason`. */
  async failed(key: string, jobId: string, reason: string): Promise<void> {
    const { clock, policy, log } = this.#parts;
    const changed = await this.#change((targets) => {
      if (targets[key]?.disabled) return undefined;
      return { ...targets, [key]: withFailure(targets[key], jobId, reason, clock.now(), policy()) };
    });
    if (changed && this.#record.targets[key]?.disabled) {
      log?.error('target disabled', { target: key, reason });
    }
  }

  /** A call was answered: what was held against the target is void. True if that enables it. */
  async succeeded(key: string): Promise<boolean> {
    if (!this.#record.targets[key]) return false;
    let wasDisabled = false;
    const changed = await this.#change(({ [key]: gone, ...others }) => {
      wasDisabled = gone?.disabled !== undefined;
      return gone && others;
    });
    if (!changed || !wasDisabled) return false;
    this.#parts.log?.info('target enabled', { target: key });
    return true;
  }

  /**
   * An operator's word that the target may be called again. False when nothing is held against it;
   * throws when the store is lost.
   */
  async enable(key: string): Promise<boolean> {
    const changed = await this.#swap((targets) => {
      const { [key]: _gone, ...others } = targets;
      return Object.hasOwn(targets, key) ? others : undefined;
    });
    if (changed) this.#parts.log?.info('target enabled', { target: key });
    return changed;
  }

  /** What is held against the targets, for the health view. */
  async all(): Promise<Readonly<Record<string, ConfigFailures>>> {
    await this.#refresh();
    return this.#record.targets;
  }

  async #refresh(): Promise<void> {
    const { clock, policy, store, log } = this.#parts;
    const maxAgeMs = (policy().cooldownSeconds * 1000) / LOADS_PER_COOLDOWN;
    if (clock.now() - this.#loadedAtMs < maxAgeMs) return;
    this.#loadedAtMs = clock.now();
    try {
      this.#record = await store.load();
    } catch (error) {
      log?.warn('disabled targets not readable', { name: errorName(error) });
    }
  }

  /** A change that a call may go on without: false as well when the store is lost. */
  async #change(next: ChangeTargets): Promise<boolean> {
    try {
      return await this.#swap(next);
    } catch (error) {
      this.#parts.log?.warn('disabled targets not saved', { name: errorName(error) });
      return false;
    }
  }

  /** Applies a change by compare and swap; false when there is none to make. */
  async #swap(next: ChangeTargets): Promise<boolean> {
    const { store } = this.#parts;
    for (let attempt = 0; attempt < SAVE_ATTEMPTS; attempt += 1) {
      this.#record = await store.load();
      const targets = next(this.#record.targets);
      if (!targets) return false;
      const record = { version: this.#record.version + 1, targets };
      if (await store.save(record)) {
        this.#record = record;
        return true;
      }
    }
    throw new Error(`not saved in ${SAVE_ATTEMPTS} rounds: others kept writing`);
  }
}

type Targets = DisabledTargetsRecord['targets'];

/** Undefined where there is nothing to change. */
type ChangeTargets = (targets: Targets) => Targets | undefined;

/** For one process alone, where no shared store is given. */
export function inProcessDisabledTargets(): DisabledTargetsStore {
  let stored: DisabledTargetsRecord = { version: 0, targets: {} };
  return {
    load: async () => stored,
    save: async (record) => {
      if (record.version !== stored.version + 1) return false;
      stored = record;
      return true;
    },
  };
}

function withFailure(
  before: ConfigFailures | undefined,
  jobId: string,
  reason: string,
  nowMs: number,
  policy: BreakerPolicy,
): ConfigFailures {
  const failures = (before?.failures ?? 0) + 1;
  const jobs = [...new Set([...(before?.jobs ?? []), jobId])].slice(0, JOBS_TO_DISABLE);
  const enough = failures >= FAILURES_TO_DISABLE && jobs.length >= JOBS_TO_DISABLE;
  return {
    failures,
    jobs,
    reason,
    sinceMs: before?.sinceMs ?? nowMs,
    ...(enough && {
      disabled: { sinceMs: nowMs, checkAtMs: nowMs + checkDistanceMs(policy, 0), checks: 0 },
    }),
  };
}

function checkDistanceMs({ cooldownSeconds }: BreakerPolicy, checks: number): number {
  return cooldownSeconds * 1000 * Math.min(2 ** checks, LONGEST_CHECK_COOLDOWNS);
}
