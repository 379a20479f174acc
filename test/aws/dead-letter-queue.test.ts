import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { sqsDeadLetterQueue } from '../../lambda/aws/dead-letter-queue.ts';
import { sqsJobQueue } from '../../lambda/aws/job-queue.ts';
import { always } from '../local/support/always-unkind.ts';
import { startUnkindServices } from '../local/support/services.ts';

let server: FauxqsServer;
let client: SQSClient;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  client = new SQSClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useQueueUrlAsEndpoint: false,
  });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

async function aQueueOf(name: string, count: number) {
  const { queueUrl } = server.createQueue(name);
  const queue = sqsJobQueue({ jobs: queueUrl, deadLetters: queueUrl }, client);
  for (let i = 0; i < count; i++) await queue.deadLetter(`body ${i}`, 'reason');
  return sqsDeadLetterQueue(queueUrl, client);
}

test('an empty queue returns no messages', async () => {
  const letters = await aQueueOf('empty', 0);

  expect(await letters.receive(10)).toEqual([]);
  expect(await letters.count()).toBe(0);
});

test('messages are received once, ten at a time, and still counted', async () => {
  const letters = await aQueueOf('twelve', 12);

  const [first, second, third] = [
    await letters.receive(100),
    await letters.receive(10),
    await letters.receive(10),
  ];

  expect([first?.length, second?.length, third?.length]).toEqual([10, 2, 0]);
  expect(new Set([...first, ...second].map(({ body }) => body)).size).toBe(12);
  expect(await letters.count()).toBe(12);
});

test('messages are received although SQS has them on servers that a short poll does not ask', async () => {
  const services = await startUnkindServices(always('empty-polls'), {
    Letters: { Type: 'AWS::SQS::Queue' },
  });
  const url = `${services.url}/000000000000/Holdfast-Letters`;
  await sqsJobQueue({ jobs: url, deadLetters: url }, services.operator.sqs).deadLetter(
    'body',
    'why',
  );

  const letters = await sqsDeadLetterQueue(url, services.operator.sqs).receive(10);
  await services.stop();

  expect(letters.map(({ body }) => body)).toEqual(['body']);
});

test('a removed message is gone, and released messages are visible again', async () => {
  const letters = await aQueueOf('some', 12);
  const [removed, ...others] = [...(await letters.receive(10)), ...(await letters.receive(10))];
  if (!removed) throw new Error('nothing was received');

  await letters.remove(removed);
  await letters.release(others);

  expect(await letters.count()).toBe(11);
  const again = [...(await letters.receive(10)), ...(await letters.receive(10))];
  expect(again.map(({ body }) => body).sort()).toEqual(others.map(({ body }) => body).sort());
});

test('ten messages are released with one request, and none with no request', async () => {
  const letters = await aQueueOf('ten', 10);
  const received = await letters.receive(10);
  const send = jest.spyOn(client, 'send');

  await letters.release(received);
  await letters.release([]);

  expect(send).toHaveBeenCalledTimes(1);
  send.mockRestore();
});
