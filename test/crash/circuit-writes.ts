import type {
  CircuitStore,
  Expected,
  StoredRecord,
  WindowCounts,
  WindowSlot,
} from '../../lambda/core/breaker/circuit-store.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';

/** A call that changed the store. Reading a window that does not exist creates it, so it counts too. */
export type CircuitWrite =
  | { readonly key: string; readonly record: StoredRecord; readonly expected: Expected }
  | {
      readonly key: string;
      readonly epoch: number;
      readonly slot: WindowSlot;
      readonly counts?: WindowCounts;
    };

/** A memory store that records its writes. Replaying them gives another store the same state. */
export class RememberingCircuitStore implements CircuitStore {
  readonly writes: CircuitWrite[] = [];
  readonly #store: MemoryCircuitStore;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#store = new MemoryCircuitStore(() => clock.now());
  }

  async repeat(writes: readonly CircuitWrite[]): Promise<void> {
    for (const write of writes) {
      if ('record' in write) await this.save(write.key, write.record, write.expected);
      else if (!write.counts) await this.readWindow(write.key, write.epoch, write.slot);
      else await this.addToWindow(write.key, write.epoch, write.slot, write.counts);
    }
  }

  load(key: string) {
    return this.#store.load(key);
  }

  save(key: string, record: StoredRecord, expected: Expected): Promise<boolean> {
    const saved = this.#store.save(key, record, expected);
    void saved.then((isSaved) => isSaved && this.writes.push({ key, record, expected }));
    return saved;
  }

  addToWindow(key: string, epoch: number, slot: WindowSlot, counts: WindowCounts): Promise<void> {
    this.writes.push({ key, epoch, slot, counts });
    return this.#store.addToWindow(key, epoch, slot, counts);
  }

  readWindow(key: string, epoch: number, slot: WindowSlot) {
    if (!this.#isOpen(key, epoch)) this.writes.push({ key, epoch, slot });
    return this.#store.readWindow(key, epoch, slot);
  }

  /** Returns true if this window was the last one in use, because that window still exists. */
  #isOpen(key: string, epoch: number): boolean {
    const last = this.writes.findLast((write) => write.key === key && 'epoch' in write);
    return last !== undefined && 'epoch' in last && last.epoch === epoch;
  }
}
