import type { AdminHealthView } from '../../lambda/contract/schemas/admin-health-view.ts';
import type { Series } from '../contract/series.ts';
import type { Instance, Queues, Snapshot } from '../contract/snapshot.ts';
import type { Clock } from './clock.ts';
import type { LaptopParts } from './laptop-parts.ts';
import { type PartReader, SnapshotPart } from './snapshot-part.ts';

export interface SnapshotSources {
  readonly instance: Instance;
  readonly health: PartReader<AdminHealthView>;
  /** Absent if the stack has no queues. */
  readonly queues?: PartReader<Queues>;
  readonly series?: PartReader<Series>;
  readonly laptop?: Pick<LaptopParts, 'traffic' | 'drill'>;
}

/** A GET of the snapshot waits this long for reads that are under way, then returns what there is. */
const WAIT_MS = 1_500;
/** The shortest time between two snapshots for a listener. */
const STEP_MS = 1_000;

type Listener = (snapshot: Snapshot) => void;

/** Reads the parts of the snapshot for all open pages. While no page asks or listens, it reads nothing. */
export class SnapshotReader {
  readonly #sources: SnapshotSources;
  readonly #clock: Clock;
  readonly #health: SnapshotPart<AdminHealthView>;
  readonly #queues: SnapshotPart<Queues> | undefined;
  readonly #series: SnapshotPart<Series> | undefined;
  readonly #listeners = new Set<Listener>();
  #stopped: AbortController | undefined;

  constructor(sources: SnapshotSources, clock: Clock) {
    const { health, queues, series } = sources;
    this.#sources = sources;
    this.#clock = clock;
    this.#health = new SnapshotPart(health, clock);
    this.#queues = queues && new SnapshotPart(queues, clock);
    this.#series = series && new SnapshotPart(series, clock);
  }

  /** Reads the parts that are due, and returns the snapshot. */
  async read(): Promise<Snapshot> {
    const done = new AbortController();
    const wait = this.#clock.sleep(WAIT_MS, done.signal);
    await Promise.race([this.#refresh(), wait]);
    done.abort();
    return this.#snapshot();
  }

  /**
   * Calls the listener whenever the snapshot has changed, at most once a second. Returns a function that
   * ends this.
   */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#stopped) {
      this.#stopped = new AbortController();
      void this.#poll(this.#stopped.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stopped?.abort();
      this.#stopped = undefined;
    };
  }

  async #poll(stopped: AbortSignal): Promise<void> {
    let sent = JSON.stringify(this.#snapshot());
    while (!stopped.aborted) {
      const step = this.#clock.sleep(STEP_MS, stopped);
      await Promise.race([this.#refresh(), step]);
      const snapshot = this.#snapshot();
      const text = JSON.stringify(snapshot);
      if (text !== sent && !stopped.aborted) {
        sent = text;
        for (const listener of this.#listeners) listener(snapshot);
      }
      await step;
    }
  }

  async #refresh(): Promise<void> {
    const parts = [this.#health, this.#queues, this.#series];
    await Promise.all(parts.map((part) => part?.refresh()));
  }

  #snapshot(): Snapshot {
    const { instance, laptop } = this.#sources;
    const [health, queues, series] = [this.#health, this.#queues, this.#series];
    const problems = [health, queues, series].flatMap((part) => part?.problem ?? []);
    const traffic = laptop?.traffic?.current();
    const drill = laptop?.drill?.current();
    return {
      instance,
      ...(health.value && { health: health.value }),
      ...(queues?.value && { queues: queues.value }),
      ...(series?.value && { series: series.value }),
      problems,
      ...(traffic && { laptop: { traffic, ...(drill && { drill }) } }),
    };
  }
}
