import { z } from 'zod';
import type { Message, Queues } from '../aws/queues.ts';
import { REGION } from '../resources.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import type { LambdaFunction } from './function.ts';
import { CORES, whenPatienceEnds } from './patience.ts';

/** SQS gives at most ten messages at once. */
const MAX_RECEIVE = 10;
/** Lambda waits 20 s; nothing is gained by that here, and a stop would have to wait as long. */
const LONG_POLL_SECONDS = 1;
/**
 * Lambda begins with more. One takes what came while it worked, so its batches are full under load;
 * measured, a third less CPU for each job than with two.
 */
const FEWEST_POLLERS = 1;
/** As many as a mapping without a maximum begins with. */
const DEFAULT_CONCURRENCY = 5;
const THROTTLE_PAUSE_MS = 1000;

/** As much of a function as its event source needs. */
type Target = Pick<LambdaFunction, 'name' | 'timeoutMs' | 'invoke'>;

/**
 * Moves messages from a queue to a function as Lambda's pollers do: batches, the batching window,
 * partial batch responses, a maximum of batches at once. What succeeded is deleted; what failed
 * comes back by its visibility timeout.
 *
 * Few full batches cost less than many small ones, each in a process of its own. So pollers are
 * added only while a backlog keeps all of them busy, at once where it would fill another batch and a
 * core is left, and each but the first leaves when its batch is not full.
 */
export class EventSource {
  readonly #mapping: EventSourceMapping;
  readonly #queues: Queues;
  readonly #function: Target;
  readonly #whenPatienceEnds: typeof whenPatienceEnds;
  readonly #cores: number;
  #pollers = 0;
  #busy = 0;
  #running = true;

  constructor(
    mapping: EventSourceMapping,
    queues: Queues,
    target: Target,
    patience = whenPatienceEnds,
    cores = CORES,
  ) {
    const visibilitySeconds = queues.visibilityTimeoutSeconds(mapping.EventSourceArn);
    if (visibilitySeconds * 1000 < target.timeoutMs) {
      throw new Error(
        `queue visibility timeout: got ${visibilitySeconds} s, allowed is at least the timeout of ${target.name}, ${target.timeoutMs / 1000} s`,
      );
    }
    this.#mapping = mapping;
    this.#queues = queues;
    this.#function = target;
    this.#whenPatienceEnds = patience;
    this.#cores = cores;
  }

  start(): void {
    for (let i = 0; i < Math.min(FEWEST_POLLERS, this.#maximum); i++) this.#addPoller();
  }

  /** No batch starts any more; those under way end with their function. */
  stop(): void {
    this.#running = false;
  }

  get #maximum(): number {
    return this.#mapping.ScalingConfig.MaximumConcurrency ?? DEFAULT_CONCURRENCY;
  }

  #addPoller(): void {
    this.#pollers++;
    void this.#poll()
      .catch((error: unknown) => {
        // A stop takes the queues away from under a poller.
        if (this.#running) throw error;
      })
      .finally(() => {
        this.#pollers--;
      });
  }

  async #poll(): Promise<void> {
    while (this.#running) {
      const batch = await this.#receiveBatch();
      if (!this.#running) return;
      if (batch.length > 0) await this.#process(batch);
      if (batch.length < this.#mapping.BatchSize && this.#pollers > FEWEST_POLLERS) return;
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
    this.#busy++;
    const stopWaiting = this.#whenPatienceEnds(() => void this.#growUnderBacklog(1));
    if (this.#pollers < this.#cores) void this.#growUnderBacklog(this.#mapping.BatchSize);
    try {
      const event = JSON.stringify({
        Records: batch.map((message) => recordOf(message, EventSourceArn)),
      });
      const failed = await this.#invoke(event, batch);
      await this.#queues.remove(
        EventSourceArn,
        batch.filter(({ MessageId }) => !failed.has(MessageId)),
      );
    } finally {
      stopWaiting();
      this.#busy--;
    }
  }

  /** The ids of the messages that are to come back. */
  async #invoke(event: string, batch: readonly Message[]): Promise<ReadonlySet<string>> {
    const all = new Set(batch.map(({ MessageId }) => MessageId));
    const result = await this.#function.invoke(event);
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

  /** @param least so many messages have to wait */
  async #growUnderBacklog(least: number): Promise<void> {
    if (this.#busy < this.#pollers || this.#pollers >= this.#maximum) return;
    const { ready } = await this.#queues.depth(this.#mapping.EventSourceArn);
    if (ready >= least && this.#running && this.#pollers < this.#maximum) this.#addPoller();
  }
}

function recordOf(message: Message, eventSourceARN: string) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes).map(([name, attribute]) => [
        name,
        {
          dataType: attribute.DataType,
          stringValue: attribute.StringValue,
          binaryValue: attribute.BinaryValue,
          stringListValues: [],
          binaryListValues: [],
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: REGION,
  };
}

const batchResponse = z
  .looseObject({
    batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/** A response of another shape, or one that names an unknown message, fails the whole batch. */
export function failedItems(payload: string, all: ReadonlySet<string>): ReadonlySet<string> {
  const parsed = batchResponse.safeParse(JSON.parse(payload));
  if (!parsed.success) return all;
  const failed = (parsed.data?.batchItemFailures ?? []).map((item) => item.itemIdentifier);
  return failed.every((id) => all.has(id)) ? new Set(failed) : all;
}
