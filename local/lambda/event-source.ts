import type { Message, Queues } from '../aws/queues.ts';
import { failedItems, recordOf } from './batch.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import type { LambdaFunction } from './function.ts';

/** The most messages that SQS returns for one receive. */
const MAX_RECEIVE = 10;
/** The wait of a long poll. Lambda waits 20 s; here a longer wait would only delay a stop. */
const LONG_POLL_SECONDS = 1;
/** The number of pollers. Lambda adds more under a backlog, but five suffice for one machine. */
const POLLERS = 5;
const THROTTLE_PAUSE_MS = 1000;

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
  #running = true;

  constructor(mapping: EventSourceMapping, queues: Queues, consumer: Consumer) {
    const visibilitySeconds = queues.visibilityTimeoutSeconds(mapping.EventSourceArn);
    if (visibilitySeconds * 1000 < consumer.timeoutMs) {
      throw new Error(
        `queue visibility timeout: got ${visibilitySeconds} s, allowed is at least the timeout of ${consumer.name}, ${consumer.timeoutMs / 1000} s`,
      );
    }
    this.#mapping = mapping;
    this.#queues = queues;
    this.#consumer = consumer;
  }

  start(): void {
    const maximum = this.#mapping.ScalingConfig.MaximumConcurrency ?? POLLERS;
    for (let i = 0; i < Math.min(POLLERS, maximum); i++) void this.#poll();
  }

  /** Stops the pollers. A running batch ends when its invocation ends. */
  stop(): void {
    this.#running = false;
  }

  async #poll(): Promise<void> {
    try {
      while (this.#running) {
        const batch = await this.#receiveBatch();
        if (this.#running && batch.length > 0) await this.#process(batch);
      }
    } catch (error: unknown) {
      // After a stop, the queues may close while a poller still receives.
      if (this.#running) throw error;
    }
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
    const result = await this.#consumer.invoke(event);
    switch (result.outcome) {
      case 'throttled':
        await new Promise((resolve) => setTimeout(resolve, THROTTLE_PAUSE_MS));
        return all;
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
}
