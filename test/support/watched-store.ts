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

/**
 * - `refused`: the store does nothing and reports an error.
 * - `lost`: the store does nothing, and the caller gets no response.
 * - `response-lost`: the store does its work, but the caller gets no response.
 */
export type Fault = 'refused' | 'lost' | 'response-lost';

/** A store that records its operations and injects the faults of a test. */
export class WatchedStore implements CircuitStore {
  readonly asked: { readonly operation: Operation; readonly key: string }[] = [];
  failedSaves = 0;
  operationsInFlight = 0;
  fault: (operation: Operation, key: string) => Fault | undefined = () => undefined;
  /** A hook that is awaited before each operation and again before its response. */
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

  async #ask<Result>(
    operation: Operation,
    key: string,
    run: () => Promise<Result>,
  ): Promise<Result> {
    this.asked.push({ operation, key });
    const fault = this.fault(operation, key);
    if (fault === 'refused') throw new CircuitStoreError('refused by the test', 'no');
    if (fault === 'lost') throw new CircuitStoreError('lost by the test', 'unknown');
    await this.latency?.(operation, key);
    const result = await this.#run(run);
    await this.latency?.(operation, key);
    if (fault === 'response-lost') throw new CircuitStoreError('lost by the test', 'unknown');
    return result;
  }

  async #run<Result>(run: () => Promise<Result>): Promise<Result> {
    this.operationsInFlight++;
    try {
      return await run();
    } finally {
      this.operationsInFlight--;
    }
  }
}
