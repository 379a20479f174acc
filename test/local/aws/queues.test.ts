import {
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startServices } from '../support/services.ts';

const maySend = {
  Effect: 'Allow',
  Action: 'sqs:SendMessage',
  Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
};

let services: Awaited<ReturnType<typeof startServices>>;
let QueueUrl: string;
beforeAll(async () => {
  services = await startServices(
    { Jobs: { Type: 'AWS::SQS::Queue' }, Fair: { Type: 'AWS::SQS::Queue' } },
    maySend,
  );
  QueueUrl = `${services.url}/000000000000/Holdfast-Jobs`;
});
afterAll(() => services.stop());

describe('DelaySeconds', () => {
  const send = (DelaySeconds: number) =>
    services.operator.sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds }),
    );

  test('of 900 is accepted', async () => {
    await send(900);

    expect(await services.queues.depth('Jobs')).toMatchObject({ delayed: 1 });
  });

  test.each([901, -1])('of %d is rejected', async (delay) => {
    await expect(send(delay)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining(`Value ${delay} for parameter DelaySeconds`),
    });
  });

  test('above 900 in one entry rejects the batch', async () => {
    const batch = new SendMessageBatchCommand({
      QueueUrl,
      Entries: [{ Id: 'a', MessageBody: 'x', DelaySeconds: 901 }],
    });

    await expect(services.operator.sqs.send(batch)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });
});

describe('MessageGroupId', () => {
  const send = (MessageGroupId: string) =>
    services.operator.sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId, DelaySeconds: 900 }),
    );

  test('is accepted in a standard queue, together with a delay', async () => {
    await expect(send('tenant-1')).resolves.toHaveProperty('MessageId');
  });

  test.each(['two words', 'x'.repeat(129), 'dröll'])('%j is rejected', async (group) => {
    await expect(send(group)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining('parameter MessageGroupId'),
    });
  });
});

test('a function may do what its role grants, also in batches', async () => {
  const { worker } = services;
  const batch = { QueueUrl, Entries: [{ Id: 'a', MessageBody: 'x' }] };

  await expect(worker.sqs.send(new SendMessageBatchCommand(batch))).resolves.toMatchObject({
    Successful: [{ Id: 'a' }],
  });
  await expect(worker.sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('sqs:ReceiveMessage'),
  });
});

test('messages are received, counted and removed', async () => {
  const arn = 'arn:aws:sqs:us-east-1:000000000000:Holdfast-Jobs';
  await services.operator.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'now' }));

  const messages = await services.queues.receive(arn, 10, 1);
  const before = await services.queues.depth('Holdfast-Jobs');
  await services.queues.remove(arn, messages);

  expect(messages.map(({ Body }) => Body)).toContain('now');
  expect(before).toMatchObject({ ready: 0, inFlight: messages.length });
  expect(await services.queues.depth('Holdfast-Jobs')).toMatchObject({ inFlight: 0 });
});

test('a message of a quiet tenant is received before those of a tenant with many in flight', async () => {
  const arn = 'arn:aws:sqs:us-east-1:000000000000:Holdfast-Fair';
  const url = `${services.url}/000000000000/Holdfast-Fair`;
  const send = (MessageGroupId: string) =>
    services.operator.sqs.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: MessageGroupId, MessageGroupId }),
    );
  for (let i = 0; i < 40; i++) await send('loud');
  await send('quiet');

  const bodies: string[] = [];
  for (let i = 0; i < 5; i++) {
    bodies.push(...(await services.queues.receive(arn, 10, 0)).map(({ Body }) => Body));
  }

  // At the latest, the loud tenant is noisy with 30 messages in flight.
  expect(bodies.indexOf('quiet')).toBeLessThanOrEqual(30);
  expect(bodies).toHaveLength(41);
});

test('asking for an unknown queue fails and lists the queues that exist', async () => {
  await expect(services.queues.depth('Mail')).rejects.toThrow(
    'queue: got Mail, allowed are Holdfast-Jobs, Holdfast-Fair',
  );
});
