import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock } from '../clock.ts';
import { errorName } from '../error-name.ts';
import type { Log } from '../telemetry.ts';
import {
  type ConfigFailure,
  type ConfigFailures,
  withCheckClaimed,
  withFailure,
} from './config-failures.ts';

/** The configuration errors of all targets. The record's version detects concurrent writers. */
export interface DisabledTargetsRecord {
  readonly version: number;
  readonly targets: Readonly<Record<string, ConfigFailures>>;
}

export interface DisabledTargetsStore {
  load(): Promise<DisabledTargetsRecord>;
  /** Saves the record if the stored version is one lower; otherwise returns false. */
  save(record: DisabledTargetsRecord): Promise<boolean>;
}

export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly untilMs: number };

/** Reads of the shared record per cooldown: one every 5 s by default. */
const LOADS_PER_COOLDOWN = 12;
const SAVE_ATTEMPTS = 3;

export interface DisabledTargetsParts {
  readonly store: DisabledTargetsStore;
  readonly policy: () => BreakerPolicy;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/**
 * The targets that answer only with configuration errors: no access, end of life, not found. Waiting
 * does not cure such a target, so its circuit alone would probe it for ever. Three failures of at least two jobs,
 * without a success in between, disable a target. A disabled target gets only checks, at growing
 * intervals; each check is the call of one job. A check that succeeds enables the target.
 */
export class DisabledTargets {
  readonly #parts: DisabledTargetsParts;
  #record: DisabledTargetsRecord = { version: 0, targets: {} };
  #loadedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: DisabledTargetsParts) {
    this.#parts = parts;
  }

  /** Returns whether the target may be called. If a check is due, only one caller may make it. */
  async availability(key: string): Promise<Availability> {
    await this.#refresh();
    const { clock, policy } = this.#parts;
    const known = this.#record.targets[key]?.disabled;
    if (!known) return { available: true };
    if (clock.now() < known.checkAtMs) return { available: false, untilMs: known.checkAtMs };

    const isClaimed = await this.#update((targets) => {
      const entry = withCheckClaimed(targets[key], clock.now(), policy());
      return entry && { ...targets, [key]: entry };
    });
    const untilMs = this.#record.targets[key]?.disabled?.checkAtMs;
    return isClaimed || untilMs === undefined ? { available: true } : { available: false, untilMs };
  }

  /** Records a call that ended in a configuration error. */
  async failed(key: string, failure: ConfigFailure): Promise<void> {
    const { clock, policy, log } = this.#parts;
    const isSaved = await this.#update((targets) => {
      if (targets[key]?.disabled) return undefined;
      const entry = withFailure(targets[key], failure, clock.now(), policy());
      return { ...targets, [key]: entry };
    });
    if (isSaved && this.#record.targets[key]?.disabled) {
      log.error('target disabled', { target: key, reason: failure.reason });
    }
  }

  /** Clears the target's failures after an answer. Returns true if the target was disabled. */
  async succeeded(key: string): Promise<boolean> {
    if (!this.#record.targets[key]) return false;
    let wasDisabled = false;
    const isSaved = await this.#update(({ [key]: cleared, ...others }) => {
      wasDisabled = cleared?.disabled !== undefined;
      return cleared && others;
    });
    if (!isSaved || !wasDisabled) return false;
    this.#parts.log.info('target enabled', { target: key });
    return true;
  }

  /**
   * Enables the target on an operator's behalf. Returns false if it has no failures; throws if the
   * store does not answer.
   */
  async enable(key: string): Promise<boolean> {
    const isSaved = await this.#swap((targets) => {
      const { [key]: _cleared, ...others } = targets;
      return Object.hasOwn(targets, key) ? others : undefined;
    });
    if (isSaved) this.#parts.log.info('target enabled', { target: key });
    return isSaved;
  }

  /** Returns the failures of all targets, for the health view. */
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
      log.warn('disabled targets not readable', { name: errorName(error) });
    }
  }

  /** Does the same as `#swap`, but returns false if the store fails: no call depends on it. */
  async #update(next: NextTargets): Promise<boolean> {
    try {
      return await this.#swap(next);
    } catch (error) {
      this.#parts.log.warn('disabled targets not saved', { name: errorName(error) });
      return false;
    }
  }

  /** Updates the record by compare and swap. Returns false if there is nothing to update. */
  async #swap(next: NextTargets): Promise<boolean> {
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
    throw new Error(
      `disabled targets not saved in ${SAVE_ATTEMPTS} attempts, because others kept writing`,
    );
  }
}

type Targets = DisabledTargetsRecord['targets'];

/** Computes the updated targets, or returns `undefined` if there is nothing to update. */
type NextTargets = (targets: Targets) => Targets | undefined;
