import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventBridgeBus } from '../../../lambda/aws/event-bus.ts';
import { startServices } from '../support/services.ts';

const BUS = 'Holdfast-Bus';
let services: Awaited<ReturnType<typeof startServices>>;
beforeAll(async () => {
  services = await startServices(
    {
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'HoldfastBus' } },
      Other: { Type: 'AWS::Events::EventBus', Properties: { Name: 'Other' } },
    },
    {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: { 'Fn::GetAtt': ['Bus', 'Arn'] },
    },
  );
});
afterAll(() => services.stop());

const entry = (fields: object = {}) => ({
  EventBusName: BUS,
  Source: 'test',
  DetailType: 'Tested',
  Detail: '{"a":1}',
  ...fields,
});
const put = (...Entries: object[]) =>
  services.operator.events.send(new PutEventsCommand({ Entries: Entries as [] }));

test('a function puts events on the bus that its role names, and they are recorded', async () => {
  const event = {
    id: 'job#1',
    jobId: 'job',
    tenant: 'tenant',
    status: 'SUCCEEDED',
    chain: 'default',
    createdAt: '2026-01-01T00:00:00.000Z',
    completedAt: '2026-01-01T00:00:01.000Z',
  } as const;

  expect(await eventBridgeBus(BUS, services.worker.events).publish([event])).toEqual([true]);

  expect(services.events()).toMatchObject([
    {
      bus: BUS,
      source: 'holdfast',
      detailType: 'Job ended',
      detail: event,
      time: event.completedAt,
    },
  ]);
});

test('a function may not put events on another bus', async () => {
  const others = new PutEventsCommand({ Entries: [entry({ EventBusName: 'Holdfast-Other' })] });

  await expect(services.worker.events.send(others)).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

test('each entry is accepted or rejected on its own', async () => {
  const { Entries, FailedEntryCount } = await put(
    entry(),
    entry({ Detail: 'not JSON' }),
    entry({ EventBusName: 'Absent' }),
  );

  expect(FailedEntryCount).toBe(2);
  expect(Entries).toMatchObject([
    { EventId: expect.any(String) },
    { ErrorCode: 'MalformedDetail' },
    { ErrorCode: 'ResourceNotFoundException' },
  ]);
});

test('more than ten entries are rejected', async () => {
  const eleven = Array.from({ length: 11 }, () => entry());

  await expect(put(...eleven)).rejects.toMatchObject({ name: 'ValidationException' });
});
