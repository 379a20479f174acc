import { METRIC } from '../../contract/metrics.ts';
import { errorName } from '../error-name.ts';
import type { Log, Metrics } from '../telemetry.ts';
import type { CompletionEvent } from './completion-event.ts';

/** The bus that completion events are published to. */
export interface EventBus {
  /**
   * Publishes up to ten events, each at least once. Returns one value per event, in the same order:
   * true if the bus accepted the event. Throws if the bus does not answer.
   */
  publish(events: readonly CompletionEvent[]): Promise<readonly boolean[]>;
}

/** The largest number of events in one PutEvents request. */
const EVENTS_PER_REQUEST = 10;

interface Waiting {
  readonly event: CompletionEvent;
  readonly resolve: (isPublished: boolean) => void;
}

/** Publishes each event at once; events that arrive during a request share the next one. */
export class EventPublisher {
  readonly #bus: EventBus;
  readonly #log: Log;
  readonly #metrics: Metrics;
  #waiting: Waiting[] = [];
  #isPublishing = false;

  constructor(bus: EventBus, log: Log, metrics: Metrics) {
    this.#bus = bus;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Returns true if the bus accepted the event; never throws. */
  publish(event: CompletionEvent): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ event, resolve });
    if (!this.#isPublishing) void this.#publishAll();
    return promise;
  }

  async #publishAll(): Promise<void> {
    this.#isPublishing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, EVENTS_PER_REQUEST);
      try {
        const accepted = await this.#bus.publish(batch.map(({ event }) => event));
        batch.forEach(({ resolve }, i) => {
          resolve(accepted[i] === true);
        });
        const refused = batch.length - accepted.filter(Boolean).length;
        if (refused > 0) this.#recordUnpublished(refused, 'refused');
      } catch (error) {
        // The bus does not answer, so the waiting events would only fail later.
        const failed = [...batch, ...this.#waiting.splice(0)];
        for (const { resolve } of failed) resolve(false);
        this.#recordUnpublished(failed.length, errorName(error));
      }
    }
    this.#isPublishing = false;
  }

  #recordUnpublished(unpublished: number, error: string): void {
    this.#log.warn('completion events not published; the sweeper will publish them', {
      unpublished,
      error,
    });
    this.#metrics.count(METRIC.eventsUnsent, unpublished);
  }
}
