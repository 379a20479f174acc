import type { Message, Queues } from '../aws/queues.ts';
import { failedItems, recordOf } from './batch.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import { type InvokeResult, type LambdaFunction, MAX_SANDBOXES } from './function.ts';
import { whenTimeToScaleOut } from './scale-out.ts';

/** The most messages that SQS returns for one receive. */
const MAX_RECEIVE = 10;
/** The wait of a long poll. Lambda waits 20 s; here a longer wait would only delay a stop. */
const LONG_POLL_SECONDS = 1;
/** The number of pollers at the beginning and in quiet times. */
const POLLERS = 5;
/** The pauses before a throttled batch is tried again. Lambda does not document its own. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 1000;

/** The part of a function that an event source needs. */
type Consumer = Pick<LambdaFunction, 'name' | 'timeoutMs' | 'invoke'>;

/**
 * Moves messages from a queue to a function like Lambda's pollers: with batches, a batching window,
 * partial batch responses and a maximum number of concurrent batches. It deletes the messages that
 * succeed. SQS redelivers the others after their visibility timeout.
 */
export class EventSource {
  readonly #mapping: EventSourceMapping;
  readonly #queues: Queues;
  readonly #consumer: Consumer;
  readonly #visibilityMs: number;
  #running = true;
  readonly #whenTimeToScaleOut: typeof whenTimeToScaleOut;
  #pollers = 0;
  #freePollers = 0;
  #stopWaiting: () => void = () => undefined;

  constructor(
    mapping: EventSourceMapping,
    queues: Queues,
    consumer: Consumer,
    scaleOut = whenTimeToScaleOut,
  ) {
    const visibilitySeconds = queues.visibilityTimeoutSeconds(mapping.EventSourceArn);
    if (visibilitySeconds * 1000 < consumer.timeoutMs) {
      throw new Error(
        `queue visibility timeout: got ${visibilitySeconds} s, allowed is at least the timeout of ${consumer.name}, ${consumer.timeoutMs / 1000} s`,
      );
    }
    this.#visibilityMs = visibilitySeconds * 1000;
    this.#mapping = mapping;
    this.#queues = queues;
    this.#consumer = consumer;
    this.#whenTimeToScaleOut = scaleOut;
  }

  start(): void {
    for (let i = 0; i < Math.min(POLLERS, this.#maximum); i++) this.#addPoller();
  }

  /** More batches than sandboxes would only wait in this process instead of in the queue. */
  get #maximum(): number {
    return Math.min(this.#mapping.ScalingConfig.MaximumConcurrency ?? POLLERS, MAX_SANDBOXES);
  }

  #addPoller(): void {
    this.#pollers++;
    this.#freePollers++;
    void this.#poll();
  }

  /** Stops the pollers. A running batch ends when its invocation ends. */
  stop(): void {
    this.#running = false;
    this.#stopWaiting();
  }

  /** Polls until the source stops, or until there is nothing to do for so many pollers. */
  async #poll(): Promise<void> {
    try {
      while (this.#running) {
        const batch = await this.#receiveBatch();
        if (this.#running && batch.length > 0) await this.#processAndKeepOneFree(batch);
        else if (this.#freePollers > POLLERS) break;
      }
      this.#pollers--;
      this.#freePollers--;
    } catch (error: unknown) {
      // After a stop, the queues may close while a poller still receives.
      if (this.#running) throw error;
    }
  }

  /**
   * Processes the batch. If all pollers stay busy, adds one, as Lambda does: otherwise a few batches
   * with long answers would hold up all jobs behind them.
   */
  async #processAndKeepOneFree(batch: readonly Message[]): Promise<void> {
    this.#freePollers--;
    if (this.#freePollers === 0 && this.#pollers < this.#maximum) {
      this.#stopWaiting = this.#whenTimeToScaleOut(() => this.#addPoller());
    }
    await this.#process(batch);
    this.#freePollers++;
    this.#stopWaiting();
  }

  async #receiveBatch(): Promise<Message[]> {
    const { EventSourceArn, BatchSize, MaximumBatchingWindowInSeconds } = this.#mapping;
    const batch: Message[] = [];
    let closesAtMs = Number.POSITIVE_INFINITY;
    do {
      const leftSeconds = Math.max(0, Math.ceil((closesAtMs - Date.now()) / 1000));
      const received = await this.#queues.receive(
        EventSourceArn,
        Math.min(MAX_RECEIVE, BatchSize - batch.length),
        Math.min(LONG_POLL_SECONDS, leftSeconds),
      );
      if (batch.length === 0) closesAtMs = Date.now() + MaximumBatchingWindowInSeconds * 1000;
      batch.push(...received);
    } while (
      this.#running &&
      batch.length > 0 &&
      batch.length < BatchSize &&
      Date.now() < closesAtMs
    );
    return batch;
  }

  async #process(batch: readonly Message[]): Promise<void> {
    const { EventSourceArn } = this.#mapping;
    const event = JSON.stringify({
      Records: batch.map((message) => recordOf(message, EventSourceArn)),
    });
    const failed = await this.#invoke(event, batch);
    await this.#queues.remove(
      EventSourceArn,
      batch.filter(({ MessageId }) => !failed.has(MessageId)),
    );
  }

  /** Returns the ids of the messages that SQS has to redeliver. */
  async #invoke(event: string, batch: readonly Message[]): Promise<ReadonlySet<string>> {
    const all = new Set(batch.map(({ MessageId }) => MessageId));
    const result = await this.#invokeUnlessThrottled(event);
    switch (result.outcome) {
      case 'throttled':
      case 'failed':
        return all;
      case 'returned': {
        const partial = this.#mapping.FunctionResponseTypes.includes('ReportBatchItemFailures');
        return partial ? failedItems(result.payload, all) : new Set();
      }
      default:
        return result satisfies never;
    }
  }

  /** Repeats a throttled invocation, as Lambda does, until SQS is about to deliver the messages again. */
  async #invokeUnlessThrottled(event: string): Promise<InvokeResult> {
    const visibleAgainAtMs = Date.now() + this.#visibilityMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const result = await this.#consumer.invoke(event);
      const isLast = !this.#running || Date.now() + pauseMs >= visibleAgainAtMs;
      if (result.outcome !== 'throttled' || isLast) return result;
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  }
}
