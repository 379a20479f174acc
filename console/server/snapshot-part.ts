import type { Dated } from '../contract/snapshot.ts';
import type { Clock } from './clock.ts';
import { withinLimit } from './time-limit.ts';

/** A part of the snapshot, and how it is read. */
export interface PartReader<Value> {
  /** The part's name in the lines about problems. */
  readonly name: string;
  /** The time between two reads in milliseconds. */
  readonly everyMs: number;
  read(signal: AbortSignal): Promise<Value>;
  /** Says in one line why a read failed. */
  explain(error: unknown): string;
}

/** The time limit of a read. */
export const READ_LIMIT_MS = 5_000;

/** One part of the snapshot. If a read fails, it keeps its last value, and says why in `problem`. */
export class SnapshotPart<Value> {
  readonly #reader: PartReader<Value>;
  readonly #clock: Clock;
  #value: Dated<Value> | undefined;
  #problem: string | undefined;
  #dueAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(reader: PartReader<Value>, clock: Clock) {
    this.#reader = reader;
    this.#clock = clock;
  }

  get value(): Dated<Value> | undefined {
    return this.#value;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /** Reads the part if it is time. Resolves when no read is under way. */
  refresh(): Promise<void> {
    if (!this.#reading && this.#clock.now() >= this.#dueAtMs) {
      this.#dueAtMs = this.#clock.now() + this.#reader.everyMs;
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading ?? Promise.resolve();
  }

  async #read(): Promise<void> {
    const { name, read, explain } = this.#reader;
    try {
      const value = await withinLimit(read, READ_LIMIT_MS, this.#clock);
      this.#value = { at: new Date(this.#clock.now()).toISOString(), value };
      this.#problem = undefined;
    } catch (error: unknown) {
      this.#problem = `${name}: ${explain(error)}`;
    }
  }
}
