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
export class EventSender {
  readonly #bus: EventBus;
  readonly #log: Log;
  readonly #metrics: Metrics;
  #waiting: Waiting[] = [];
  #isSending = false;

  constructor(bus: EventBus, log: Log, metrics: Metrics) {
    this.#bus = bus;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Whether the bus has taken it; never throws. */
  send(event: CompletionEvent): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ event, resolve });
    if (!this.#isSending) void this.#sendAll();
    return promise;
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, EVENTS_PER_REQUEST);
      try {
        const taken = await this.#bus.publish(batch.map(({ event }) => event));
        batch.forEach(({ resolve }, i) => {
          resolve(taken[i] === true);
        });
        const refused = batch.length - taken.filter(Boolean).length;
        if (refused > 0) this.#recordUnsent(refused, 'refused');
      } catch (error) {
        // The bus is down: the others would wait for it just as long in vain.
        const unsent = [...batch, ...this.#waiting.splice(0)];
        for (const { resolve } of unsent) resolve(false);
        this.#recordUnsent(unsent.length, errorName(error));
      }
    }
    this.#isSending = false;
  }

  #recordUnsent(unsent: number, error: string): void {
    this.#log.warn('ends not told, left to the sweeper', { unsent, error });
    this.#metrics.count(METRIC.eventsUnsent, unsent);
  }
}
