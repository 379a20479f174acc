import { afterEach, describe, expect, test } from '@jest/globals';
import type { Message, Queues } from '../../../local/aws/queues.ts';
import { failedItems } from '../../../local/lambda/batch.ts';
import { EventSource } from '../../../local/lambda/event-source.ts';
import { type InvokeResult, MAX_SANDBOXES } from '../../../local/lambda/function.ts';
import { until } from '../support/until.ts';

const started: EventSource[] = [];
afterEach(() => {
  for (const each of started.splice(0)) each.stop();
});

function aMessage(id: string): Message {
  const receipt = { ReceiptHandle: `receipt-${id}`, Body: `body of ${id}`, MD5OfBody: 'md5' };
  return { MessageId: id, ...receipt, Attributes: {}, MessageAttributes: {} };
}

/** A queue in memory that delivers each message once and records the deleted messages. */
class FakeQueue implements Queues {
  readonly waiting: Message[];
  readonly removed: string[] = [];
  #wake: (() => void)[] = [];

  constructor(count: number) {
    this.waiting = Array.from({ length: count }, (_, i) => aMessage(`m${i}`));
  }

  async receive(_arn: string, max: number, waitSeconds: number): Promise<Message[]> {
    if (this.waiting.length === 0 && waitSeconds > 0) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    return this.waiting.splice(0, max);
  }

  /** The number of long polls that wait for a message. */
  get polls(): number {
    return this.#wake.length;
  }

  endEmptyPolls(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async remove(_arn: string, messages: readonly Message[]): Promise<void> {
    this.removed.push(...messages.map(({ MessageId }) => MessageId));
  }

  async depth() {
    return { ready: this.waiting.length, delayed: 0, inFlight: 0 };
  }

  visibilityTimeoutSeconds = () => 30;
}

interface Run {
  readonly messages?: number;
  readonly mapping?: Partial<ConstructorParameters<typeof EventSource>[0]>;
  readonly timeoutMs?: number;
  readonly answer?: (messageIds: string[]) => InvokeResult | Promise<InvokeResult>;
  /** @default it is never time for one more poller */
  readonly scaleOut?: (addPoller: () => void) => () => void;
}

/** Adds a poller as soon as all are busy. */
function atOnce(addPoller: () => void): () => void {
  addPoller();
  return () => undefined;
}

function startSource(run: Run) {
  const { messages = 1, mapping = {}, timeoutMs = 1000, answer } = run;
  const { scaleOut = () => () => undefined } = run;
  const queue = new FakeQueue(messages);
  const events: { Records: { messageId: string }[] }[] = [];
  const source = new EventSource(
    {
      EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:Jobs',
      FunctionName: 'Worker',
      Enabled: true,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: {},
      FilterCriteria: undefined,
      ...mapping,
    },
    queue,
    {
      name: 'Worker',
      timeoutMs,
      invoke: async (event) => {
        const parsed = JSON.parse(event);
        events.push(parsed);
        const ids = parsed.Records.map(({ messageId }: { messageId: string }) => messageId);
        return answer?.(ids) ?? { outcome: 'returned', payload: 'null' };
      },
    },
    scaleOut,
  );
  started.push(source);
  source.start();
  return { queue, events };
}

/** Waits long enough for another poller to start a batch. */
async function aWhile(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Returns an answer whose batches run until the test finishes them. */
function runningBatches() {
  const running: (() => void)[] = [];
  const answer = () =>
    new Promise<InvokeResult>((resolve) => {
      running.push(() => resolve({ outcome: 'returned', payload: 'null' }));
    });
  return { running, answer };
}

describe('a batch', () => {
  test('carries the messages in the format of Lambda', async () => {
    const { events } = startSource({});

    await until(() => events.length > 0);

    expect(events[0]?.Records).toEqual([
      {
        messageId: 'm0',
        receiptHandle: 'receipt-m0',
        body: 'body of m0',
        attributes: {},
        messageAttributes: {},
        md5OfBody: 'md5',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:Jobs',
        awsRegion: 'us-east-1',
      },
    ]);
  });

  test('holds no more messages than the mapping allows', async () => {
    const { events, queue } = startSource({ messages: 7, mapping: { BatchSize: 3 } });

    await until(() => queue.removed.length === 7);

    expect(events.map(({ Records }) => Records.length)).toEqual([3, 3, 1]);
  });

  test('of more than ten is collected from several receives', async () => {
    const mapping = {
      BatchSize: 25,
      MaximumBatchingWindowInSeconds: 60,
      ScalingConfig: { MaximumConcurrency: 1 },
    };
    const { events } = startSource({ messages: 25, mapping });

    await until(() => events.length === 1);

    expect(events[0]?.Records).toHaveLength(25);
  });

  test('that succeeds is removed from the queue', async () => {
    const { queue } = startSource({ messages: 2 });

    await until(() => queue.removed.length > 0);

    expect(queue.removed).toEqual(['m0', 'm1']);
  });

  test('that fails stays in the queue as a whole', async () => {
    const { queue, events } = startSource({
      messages: 2,
      answer: () => ({ outcome: 'failed', payload: '{}' }),
    });

    await until(() => events.length > 0);

    expect(queue.removed).toEqual([]);
  });

  test('with one failed message keeps only that message', async () => {
    const { queue } = startSource({
      messages: 3,
      answer: () => ({
        outcome: 'returned',
        payload: '{"batchItemFailures":[{"itemIdentifier":"m1"}]}',
      }),
    });

    await until(() => queue.removed.length > 0);

    expect(queue.removed).toEqual(['m0', 'm2']);
  });

  test('is removed despite failures if the mapping does not ask for reports', async () => {
    const { queue } = startSource({
      mapping: { FunctionResponseTypes: [] },
      answer: () => ({
        outcome: 'returned',
        payload: '{"batchItemFailures":[{"itemIdentifier":"m0"}]}',
      }),
    });

    await until(() => queue.removed.length > 0);

    expect(queue.removed).toEqual(['m0']);
  });
});

test('a throttled batch is tried again, and then removed', async () => {
  const outcomes: InvokeResult[] = [
    { outcome: 'throttled' },
    { outcome: 'returned', payload: 'null' },
  ];
  const { queue, events } = startSource({
    answer: () => outcomes.shift() ?? { outcome: 'throttled' },
  });

  await until(() => queue.removed.length === 1);

  expect(events.map(({ Records }) => Records[0]?.messageId)).toEqual(['m0', 'm0']);
});

describe('the failures in a batch response', () => {
  const all = new Set(['a', 'b']);
  test.each([
    ['nothing', 'null', []],
    ['no failures', '{"batchItemFailures":[]}', []],
    ['null for failures', '{"batchItemFailures":null}', []],
    ['one', '{"batchItemFailures":[{"itemIdentifier":"b"}]}', ['b']],
    ['an unknown message', '{"batchItemFailures":[{"itemIdentifier":"z"}]}', ['a', 'b']],
    ['an empty identifier', '{"batchItemFailures":[{"itemIdentifier":""}]}', ['a', 'b']],
    ['failures that are not a list', '{"batchItemFailures":"b"}', ['a', 'b']],
    ['a string', '"done"', ['a', 'b']],
  ])('%s', (_, payload, failed) => {
    expect([...failedItems(payload, all)]).toEqual(failed);
  });
});

test('as many batches run at once as the mapping allows', async () => {
  const { running, answer } = runningBatches();
  const mapping = { ScalingConfig: { MaximumConcurrency: 3 } };
  const { queue, events } = startSource({ messages: 60, mapping, answer });

  await until(() => running.length === 3);
  await aWhile();

  expect(running).toHaveLength(3);
  expect(events.map(({ Records }) => Records.length)).toEqual([10, 10, 10]);
  await until(() => {
    for (const finish of running.splice(0)) finish();
    return queue.removed.length === 60;
  });
});

/** Runs each message in a batch of its own, and any number of them at once. */
const oneByOne = { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 1000 } };

test('a poller is added if all pollers stay busy, but no more than there can be sandboxes', async () => {
  const { running, answer } = runningBatches();
  startSource({ messages: 60, mapping: oneByOne, answer, scaleOut: atOnce });

  await until(() => running.length === MAX_SANDBOXES);
  await aWhile();

  expect(running).toHaveLength(MAX_SANDBOXES);
});

test('no poller is added if one becomes free before it is time', async () => {
  const { running, answer } = runningBatches();
  const waits: string[] = [];
  const scaleOut = () => {
    waits.push('begun');
    return () => void waits.push('ended');
  };
  startSource({ messages: 5, mapping: oneByOne, answer, scaleOut });
  await until(() => running.length === 5);
  expect(waits).toEqual(['begun']);

  running.shift()?.();
  await until(() => waits.length === 2);

  expect(waits).toEqual(['begun', 'ended']);
});

test('five pollers are left when there is nothing to do', async () => {
  const { running, answer } = runningBatches();
  const { queue } = startSource({ messages: 20, mapping: oneByOne, answer, scaleOut: atOnce });
  await until(() => running.length === 20);

  for (const finish of running.splice(0)) finish();
  await until(() => queue.removed.length === 20);
  await until(() => queue.polls === 21);
  queue.endEmptyPolls();
  await aWhile();

  expect(queue.polls).toBe(5);
});

test('a visibility timeout below the function timeout is refused, as in Lambda', () => {
  expect(() => startSource({ timeoutMs: 31_000 })).toThrow(
    'queue visibility timeout: got 30 s, allowed is at least the timeout of Worker, 31 s',
  );
});
