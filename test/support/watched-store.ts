import {
  type CircuitStore,
  CircuitStoreError,
  type Expected,
  type Loaded,
  type StoredRecord,
  type WindowBucket,
  type WindowCounts,
  type WindowSlot,
} from '../../lambda/core/breaker/circuit-store.ts';

export type Operation = keyof CircuitStore;

/** `refused`: nothing happens. `lost`: nor is it said. `answer-lost`: it happens, and is not said. */
export type Fault = 'refused' | 'lost' | 'answer-lost';

/** A store that notes what it is asked and fails as it is told. */
export class WatchedStore implements CircuitStore {
  readonly asked: { readonly operation: Operation; readonly key: string }[] = [];
  failedSaves = 0;
  /** Operations under way. */
  underWay = 0;
  fault: (operation: Operation, key: string) => Fault | undefined = () => undefined;
  /** Waited for before an operation happens, and before its answer comes. */
  latency: ((operation: Operation, key: string) => Promise<void>) | undefined;
  readonly #store: CircuitStore;

  constructor(store: CircuitStore) {
    this.#store = store;
  }

  times(operation: Operation, key?: string): number {
    return this.asked.filter(
      (asked) => asked.operation === operation && (key === undefined || asked.key === key),
    ).length;
  }

  load(key: string): Promise<Loaded> {
    return this.#ask('load', key, () => this.#store.load(key));
  }

  async save(key: string, record: StoredRecord, expected: Expected): Promise<boolean> {
    const saved = await this.#ask('save', key, () => this.#store.save(key, record, expected));
    if (!saved) this.failedSaves++;
    return saved;
  }

  addToWindow(key: string, epoch: number, slot: WindowSlot, counts: WindowCounts): Promise<void> {
    return this.#ask('addToWindow', key, () => this.#store.addToWindow(key, epoch, slot, counts));
  }

  readWindow(key: string, epoch: number, slot: WindowSlot): Promise<readonly WindowBucket[]> {
    return this.#ask('readWindow', key, () => this.#store.readWindow(key, epoch, slot));
  }

  async #ask<Answer>(
    operation: Operation,
    key: string,
    run: () => Promise<Answer>,
  ): Promise<Answer> {
    this.asked.push({ operation, key });
    const fault = this.fault(operation, key);
    if (fault === 'refused') throw new CircuitStoreError('told to refuse', 'no');
    if (fault === 'lost') throw new CircuitStoreError('told to lose', 'unknown');
    await this.latency?.(operation, key);
    const answer = await this.#run(run);
    await this.latency?.(operation, key);
    if (fault === 'answer-lost') throw new CircuitStoreError('told to lose', 'unknown');
    return answer;
  }

  async #run<Answer>(run: () => Promise<Answer>): Promise<Answer> {
    this.underWay++;
    try {
      return await run();
    } finally {
      this.underWay--;
    }
  }
}
