import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventBridgeBus } from '../../lambda/aws/event-bus.ts';
import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import { type AwsAnswer, FakeAws, Refusal } from '../support/fake-aws.ts';
import { JOB_ID } from '../support/job-builders.ts';
import { localAws } from '../support/local-aws.ts';

let aws: FakeAws;
let client: EventBridgeClient;
beforeAll(async () => {
  aws = await FakeAws.start();
  client = new EventBridgeClient(localAws(aws.url));
});
afterAll(async () => {
  client.destroy();
  await aws.close();
});

const event = (generation: number): CompletionEvent => ({
  id: `${JOB_ID}#${generation}`,
  jobId: JOB_ID,
  tenant: 'tenant',
  status: 'SUCCEEDED',
  chain: 'default',
  createdAt: '2026-01-01T00:00:00.000Z',
  completedAt: '2026-01-01T00:00:01.000Z',
});

function publish(answer: AwsAnswer, ...events: readonly CompletionEvent[]) {
  aws.answer(() => answer);
  return eventBridgeBus('the-bus', client).publish(events);
}

test('sends each event to the bus as JSON, with the time at which its job ended', async () => {
  await publish({}, event(1), event(2));

  const entry = {
    EventBusName: 'the-bus',
    Source: 'holdfast',
    DetailType: 'Job ended',
    Time: Date.UTC(2026, 0, 1, 0, 0, 1) / 1000,
  };
  expect(aws.asked('PutEvents').map(({ input }) => input.Entries)).toEqual([
    [
      { ...entry, Detail: JSON.stringify(event(1)) },
      { ...entry, Detail: JSON.stringify(event(2)) },
    ],
  ]);
});

test('returns for each event whether the bus accepted it', async () => {
  const Entries = [{ EventId: '1' }, { ErrorCode: 'ThrottlingException' }, { EventId: '3' }];

  expect(await publish({ FailedEntryCount: 1, Entries }, event(1), event(2), event(3))).toEqual([
    true,
    false,
    true,
  ]);
});

test('treats a response without entries as a refusal of all events', async () => {
  expect(await publish({}, event(1))).toEqual([false]);
});

test('throws when the bus refuses the request', async () => {
  await expect(publish(new Refusal('InternalException'), event(1))).rejects.toMatchObject({
    name: 'InternalException',
  });
});
