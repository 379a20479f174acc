import { targetsOf } from '../../contract/chains.ts';
import { type Settings, type Target, targetKey } from '../../contract/policy.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { Clock } from '../clock.ts';
import { type Inference, inferredOut } from './region-inference.ts';

/** The fewest targets that a region needs for inference: two that fail and a third one to skip. */
const FEWEST_TARGETS = 3;

export interface RegionWatchParts {
  readonly settings: () => Settings;
  readonly circuits: Pick<CircuitGate, 'summaries' | 'restart'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Detects unhealthy regions. Reads the circuits of a region only if a call failed, or a circuit
 * rejected a call, in this process within the last cooldown. While the system is healthy, this
 * costs nothing.
 */
export class RegionWatch {
  readonly #parts: RegionWatchParts;
  readonly #outAtMs = new Map<string, number>();
  #watchUntilMs = 0;

  constructor(parts: RegionWatchParts) {
    this.#parts = parts;
  }

  /** Watches the regions for one cooldown from now on. */
  noteFailure(): void {
    const { settings, clock } = this.#parts;
    this.#watchUntilMs = clock.now() + settings().breaker.cooldownSeconds * 1000;
  }

  /** Returns the reason to skip this target if its region is unhealthy. */
  async inference(target: Target): Promise<Inference | undefined> {
    const { settings, circuits, clock } = this.#parts;
    if (clock.now() >= this.#watchUntilMs) {
      this.#outAtMs.clear();
      return undefined;
    }
    const members = targetsOf(settings()).filter(({ region }) => region === target.region);
    if (members.length < FEWEST_TARGETS) return undefined;

    const key = targetKey(target);
    const summaries = await circuits.summaries(members.map(targetKey));
    if (summaries.some(({ state }) => state !== 'CLOSED')) this.noteFailure();
    const inference = inferredOut(settings(), summaries, clock.now()).get(key);
    if (inference) this.#outAtMs.set(key, clock.now());
    else await this.#restart(key);
    return inference;
  }

  /**
   * Restarts the circuit of a target that was skipped, so that its traffic grows in stages. Another
   * worker may have skipped the target for up to `viewMaxAgeSeconds` longer. The time given to
   * `restart` allows for this, so that the fleet restarts the circuit only once.
   */
  async #restart(key: string): Promise<void> {
    const { settings, circuits } = this.#parts;
    const outAtMs = this.#outAtMs.get(key);
    if (outAtMs === undefined) return;
    this.#outAtMs.delete(key);
    await circuits.restart(key, outAtMs - settings().breaker.viewMaxAgeSeconds * 1000);
  }
}
