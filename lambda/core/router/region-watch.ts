import { type Settings, type Target, targetKey, targetsOf } from '../../contract/policy.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { Clock } from '../clock.ts';
import { type Inference, inferredOut } from './region-inference.ts';

/** Two that are the evidence and one to be taken out. */
const FEWEST_TARGETS = 3;

export interface RegionWatchParts {
  readonly settings: () => Settings;
  readonly circuits: Pick<CircuitGate, 'summaries' | 'restart'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Asks for the state of a region's circuits only while there is a reason to doubt: a call has failed or a
 * circuit rejected one here within the last cooldown. A healthy system pays nothing for it.
 */
export class RegionWatch {
  readonly #parts: RegionWatchParts;
  readonly #outAtMs = new Map<string, number>();
  #watchUntilMs = 0;

  constructor(parts: RegionWatchParts) {
    this.#parts = parts;
  }

  /** Something failed: look at the regions for one cooldown from here. */
  noteFailure(): void {
    const { settings, clock } = this.#parts;
    this.#watchUntilMs = clock.now() + settings().breaker.cooldownSeconds * 1000;
  }

  /** Why this target is passed over, if its region is unhealthy. */
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
   * By stages, and once for the fleet: another worker may have seen the target out for one view age
   * longer than the one that restarted its circuit.
   */
  async #restart(key: string): Promise<void> {
    const { settings, circuits } = this.#parts;
    const outAtMs = this.#outAtMs.get(key);
    if (outAtMs === undefined) return;
    this.#outAtMs.delete(key);
    await circuits.restart?.(key, outAtMs - settings().breaker.viewMaxAgeSeconds * 1000);
  }
}
