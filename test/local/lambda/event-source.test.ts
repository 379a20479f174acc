import { afterEach, describe, expect, test } from '@jest/globals';
import type { Message, Queues } from '../../../local/aws/queues.ts';
import { EventSource, failedItems } from '../../../local/lambda/event-source.ts';
import type { InvokeResult } from '../../../local/lambda/function.ts';
import { until } from '../support/until.ts';

const started: EventSource[] = [];
afterEach(() => {
  for (const each of started.splice(0)) each.stop();
});

function aMessage(id: string): Message {
  const receipt = { ReceiptHandle: `receipt-${id}`, Body: `body of ${id}`, MD5OfBody: 'md5' };
  return { MessageId: id, ...receipt, Attributes: {}, MessageAttributes: {} };
}

/** A queue in memory: gives each message once, remembers what was removed. */
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

  async remove(_arn: string, messages: readonly Message[]): Promise<void> {
    this.removed.push(...messages.map(({ MessageId }) => MessageId));
  }

  async depth() {
    return { ready: this.waiting.length, delayed: 0, inFlight: 0 };
  }

  visibilityTimeoutSeconds = () => 30;
}

/** For tests that wait for a poller to join: its patience is over at once. */
function impatiently(callback: () => void): () => void {
  const immediate = setImmediate(callback);
  return () => clearImmediate(immediate);
}

/** The patience of these is longer than the test. */
function patiently(): () => void {
  return () => undefined;
}

interface Run {
  readonly messages?: number;
  readonly mapping?: Partial<ConstructorParameters<typeof EventSource>[0]>;
  readonly timeoutMs?: number;
  readonly patience?: typeof impatiently;
  readonly answer?: (messageIds: string[]) => InvokeResult | Promise<InvokeResult>;
}

function startSource(run: Run) {
  const { messages = 1, mapping = {}, timeoutMs = 1000, patience = impatiently, answer } = run;
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
    patience,
    2,
  );
  started.push(source);
  source.start();
  return { queue, events };
}

/** Time enough for a poller that wants to join. */
async function aWhile(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Batches that stay under way until they are finished by hand. */
function batchesUnderWay() {
  const running: (() => void)[] = [];
  const answer = () =>
    new Promise<InvokeResult>((resolve) => {
      running.push(() => resolve({ outcome: 'returned', payload: 'null' }));
    });
  return { running, answer };
}

describe('a batch', () => {
  test('carries the messages as Lambda does', async () => {
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

  test('holds no more messages than the mapping says', async () => {
    const { events, queue } = startSource({ messages: 7, mapping: { BatchSize: 3 } });

    await until(() => queue.removed.length === 7);

    expect(events.map(({ Records }) => Records.length)).toEqual([3, 3, 1]);
  });

  test('of more than ten is collected from several receives', async () => {
    const mapping = { BatchSize: 25, MaximumBatchingWindowInSeconds: 60 };
    const { events } = startSource({ messages: 25, mapping });

    await until(() => events.length === 1);

    expect(events[0]?.Records).toHaveLength(25);
  });

  test('that succeeds is removed', async () => {
    const { queue } = startSource({ messages: 2 });

    await until(() => queue.removed.length > 0);

    expect(queue.removed).toEqual(['m0', 'm1']);
  });

  test('that fails stays in the queue, whole', async () => {
    const { queue, events } = startSource({
      messages: 2,
      answer: () => ({ outcome: 'failed', payload: '{}' }),
    });

    await until(() => events.length > 0);

    expect(queue.removed).toEqual([]);
  });

  test('with one failure keeps that one alone', async () => {
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

  test('whose failures nobody asked to report is removed', async () => {
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

describe('what a batch response says', () => {
  const all = new Set(['a', 'b']);
  test.each([
    ['nothing', 'null', []],
    ['no failures', '{"batchItemFailures":[]}', []],
    ['null for failures', '{"batchItemFailures":null}', []],
    ['one', '{"batchItemFailures":[{"itemIdentifier":"b"}]}', ['b']],
    ['an unknown message', '{"batchItemFailures":[{"itemIdentifier":"z"}]}', ['a', 'b']],
    ['an empty identifier', '{"batchItemFailures":[{"itemIdentifier":""}]}', ['a', 'b']],
    ['no list', '{"batchItemFailures":"b"}', ['a', 'b']],
    ['a text', '"done"', ['a', 'b']],
  ])('%s', (_, payload, failed) => {
    expect([...failedItems(payload, all)]).toEqual(failed);
  });
});

test('pollers join while a backlog keeps all of them busy, up to the maximum', async () => {
  const { running, answer } = batchesUnderWay();
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

test('a second poller joins at once where another whole batch waits, and only there', async () => {
  const whole = batchesUnderWay();
  startSource({ messages: 20, patience: patiently, answer: whole.answer });
  const short = batchesUnderWay();
  startSource({ messages: 19, patience: patiently, answer: short.answer });

  await until(() => whole.running.length === 2);
  await aWhile();

  expect(whole.running).toHaveLength(2);
  expect(short.running).toHaveLength(1);
});

test('a poller that joined leaves when its batch is not full, and the first one stays', async () => {
  const { running, answer } = batchesUnderWay();
  const { queue } = startSource({ messages: 20, patience: patiently, answer });
  await until(() => running.length === 2);
  queue.waiting.push(aMessage('late'));
  for (const finish of running.splice(0)) finish();
  await until(() => running.length === 1);

  queue.waiting.push(...Array.from({ length: 9 }, (_, i) => aMessage(`later${i}`)));
  await aWhile();

  expect(running).toHaveLength(1);
});

test('one poller is enough where nothing waits', async () => {
  const { running, answer } = batchesUnderWay();
  startSource({ messages: 5, answer });

  await until(() => running.length === 1);
  await aWhile();

  expect(running).toHaveLength(1);
});

test('a visibility timeout below the function timeout is refused, as Lambda does', () => {
  expect(() => startSource({ timeoutMs: 31_000 })).toThrow(
    'queue visibility timeout: got 30 s, allowed is at least the timeout of Worker, 31 s',
  );
});
