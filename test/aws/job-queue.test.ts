import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { sqsJobQueue } from '../../lambda/aws/job-queue.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { JOB_ID } from '../support/job-builders.ts';

const message = { jobId: JOB_ID, generation: 7, tenant: 'blue' };

let server: FauxqsServer;
let client: SQSClient;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  client = new SQSClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    // The emulator’s queue URLs contain a host name that only the emulator can resolve.
    useQueueUrlAsEndpoint: false,
  });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

function queueOf(name: string) {
  const urlOf = (queue: string) => server.createQueue(queue).queueUrl;
  const queue = sqsJobQueue({ jobs: urlOf(name), deadLetters: urlOf(`${name}-dead`) }, client);
  const messagesOf = (queueName: string) => {
    const found = server.inspectQueue(queueName)?.messages;
    return { ready: found?.ready ?? [], delayed: found?.delayed ?? [] };
  };
  return { queue, sent: () => messagesOf(name), dead: () => messagesOf(`${name}-dead`) };
}

/** Returns the groups of the messages that are sent meanwhile. The emulator does not keep them. */
async function groupsOf(send: () => Promise<void>): Promise<(string | undefined)[]> {
  const groups: (string | undefined)[] = [];
  const name = 'groups';
  client.middlewareStack.add(
    (next) => async (args) => {
      groups.push('MessageGroupId' in args.input ? args.input.MessageGroupId : undefined);
      return next(args);
    },
    { step: 'initialize', name },
  );
  await send();
  client.middlewareStack.remove(name);
  return groups;
}

describe('the job queue', () => {
  test('sends a pointer, at once if there is no delay', async () => {
    const { queue, sent } = queueOf('at-once');

    await queue.send(message, 0);

    expect(sent().ready.map(({ body }) => body)).toEqual([encodeMessage(message)]);
  });

  test.each([
    ['a fraction of a second', 1, 1],
    ['a second and a bit', 1001, 2],
    ['a quarter of an hour', 900_000, 900],
    ['an hour', 3_600_000, 900],
  ])('delays a message by %s in whole seconds, at most 900', async (name, ms, seconds) => {
    const { queue, sent } = queueOf(name.replaceAll(' ', '-'));

    await queue.send(message, ms);

    expect(sent().ready).toEqual([]);
    const [held] = sent().delayed;
    expect(Math.round(((held?.delayUntil ?? 0) - (held?.sentTimestamp ?? 0)) / 1000)).toBe(seconds);
  });

  test('treats a negative delay as none', async () => {
    const { queue, sent } = queueOf('past');

    await queue.send(message, -5000);

    expect(sent().ready).toHaveLength(1);
  });

  test('counts waiting messages, but not delayed or received ones', async () => {
    const { queue } = queueOf('counted');
    const QueueUrl = server.createQueue('counted').queueUrl;
    for (const delayMs of [0, 0, 60_000]) await queue.send(message, delayMs);
    expect(await queue.countWaiting()).toBe(2);

    await client.send(new ReceiveMessageCommand({ QueueUrl }));

    expect(await queue.countWaiting()).toBe(1);
  });

  test('dead-letters a message unchanged, with the reason as an attribute', async () => {
    const { queue, dead } = queueOf('parking');

    await queue.deadLetter('{ not ours', 'not-json');

    expect(dead().ready).toMatchObject([
      {
        body: '{ not ours',
        messageAttributes: { reason: { DataType: 'String', StringValue: 'not-json' } },
      },
    ]);
  });

  test('puts every message into the group of its tenant', async () => {
    const { queue } = queueOf('grouped');
    const groups = await groupsOf(async () => {
      await queue.send(message, 0);
      await queue.send(message, 60_000);
      await queue.deadLetter('body', 'no-answer', 'blue');
      await queue.deadLetter('body', 'not-json');
    });

    expect(groups).toEqual(['blue', 'blue', 'blue', undefined]);
  });

  test('refuses to dead-letter without the URL of a dead-letter queue', async () => {
    const queue = sqsJobQueue({ jobs: 'https://queue' }, client);

    await expect(queue.deadLetter('body', 'reason')).rejects.toThrow('no dead-letter queue');
  });
});
