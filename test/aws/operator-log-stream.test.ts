import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from '@jest/globals';
import { operatorLogStream } from '../../lambda/aws/operator-log-stream.ts';
import { type ServiceResponse, serveAwsService } from '../support/aws-service.ts';

const ACTION = { atMs: 1_768_478_400_000, action: 'redrive', requestId: 'r', status: 200 } as const;

async function write(response: ServiceResponse) {
  const service = await serveAwsService(() => response);
  const client = new CloudWatchLogsClient(service.config);
  try {
    await operatorLogStream({ logGroup: 'g', logStream: 's', client }).write({
      ...ACTION,
      result: {},
    });
  } finally {
    client.destroy();
    await service.close();
  }
}

test('an action is written when CloudWatch accepts it', async () => {
  await expect(write({ status: 200, body: {} })).resolves.toBeUndefined();
});

test('an event that CloudWatch drops, although it answers 200, is not written', async () => {
  const body = { rejectedLogEventsInfo: { tooNewLogEventStartIndex: 0 } };

  await expect(write({ status: 200, body })).rejects.toThrow('rejected the event');
});

test('an action is not written when CloudWatch refuses the request', async () => {
  const body = { __type: 'ResourceNotFoundException', message: 'no such stream' };

  await expect(write({ status: 400, body })).rejects.toThrow('no such stream');
});
