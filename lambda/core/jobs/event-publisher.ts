import { METRIC } from '../../contract/metrics.ts';
import { errorName } from '../error-name.ts';
import type { Log, Metrics } from '../telemetry.ts';
import type { CompletionEvent } from './completion-event.ts';
import { EVENTS_PER_REQUEST, type EventBus } from './event-bus.ts';

interface Waiting {
  readonly event: CompletionEvent;
  readonly resolve: (isTaken: boolean) => void;
}

/** Sends each event at once; what comes while a request is on its way shares the next. */
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

  /** Whether the bus has taken it; never throws. */
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
        const taken = await this.#bus.publish(batch.map(({ event }) => event));
        batch.forEach(({ resolve }, i) => {
          resolve(taken[i] === true);
        });
        const refused = batch.length - taken.filter(Boolean).length;
        if (refused > 0) this.#recordUnpublished(refused, 'refused');
      } catch (error) {
        // The bus is down: the others would wait for it just as long in vain.
        const unpublished = [...batch, ...this.#waiting.splice(0)];
        for (const { resolve } of unpublished) resolve(false);
        this.#recordUnpublished(unpublished.length, errorName(error));
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
