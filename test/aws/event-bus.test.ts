import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, test } from '@jest/globals';
import { eventBridgeBus } from '../../lambda/aws/event-bus.ts';
import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import { type ServiceResponse, serveAwsService } from '../support/aws-service.ts';
import { JOB_ID } from '../support/job-builders.ts';

const event = (generation: number): CompletionEvent => ({
  id: `${JOB_ID}#${generation}`,
  jobId: JOB_ID,
  tenant: 'tenant',
  status: 'SUCCEEDED',
  createdAt: '2026-01-01T00:00:00.000Z',
  completedAt: '2026-01-01T00:00:01.000Z',
});

async function publish(answer: ServiceResponse, ...events: readonly CompletionEvent[]) {
  const service = await serveAwsService(() => answer);
  const client = new EventBridgeClient(service.config);
  try {
    return await eventBridgeBus('bus', client).publish(events);
  } finally {
    client.destroy();
    await service.close();
  }
}

test('returns for each event whether the bus accepted it', async () => {
  const Entries = [{ EventId: '1' }, { ErrorCode: 'ThrottlingException' }, { EventId: '3' }];
  const body = { FailedEntryCount: 1, Entries };

  expect(await publish({ status: 200, body }, event(1), event(2), event(3))).toEqual([
    true,
    false,
    true,
  ]);
});

test('treats a response without entries as a refusal of all events', async () => {
  expect(await publish({ status: 200, body: {} }, event(1))).toEqual([false]);
});

test('throws when the bus refuses the request', async () => {
  const body = { __type: 'InternalException', message: 'broken' };

  await expect(publish({ status: 500, body }, event(1))).rejects.toThrow('broken');
});
