import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operatorLogStream } from '../../lambda/aws/operator-log-stream.ts';
import { type AwsAnswer, FakeAws, Refusal } from '../support/fake-aws.ts';
import { localAws } from '../support/local-aws.ts';

const ACTION = { atMs: 1_768_478_400_000, action: 'redrive', requestId: 'r', status: 200 } as const;

let aws: FakeAws;
let client: CloudWatchLogsClient;
beforeAll(async () => {
  aws = await FakeAws.start();
  client = new CloudWatchLogsClient(localAws(aws.url));
});
afterAll(async () => {
  client.destroy();
  await aws.close();
});

function write(answer: AwsAnswer): Promise<void> {
  aws.answer(() => answer);
  const log = operatorLogStream({ logGroup: 'group', logStream: 'stream', client });
  return log.write({ ...ACTION, result: { moved: 3 } });
}

test('an action is written as one event in JSON, at its time', async () => {
  await write({});

  const [request] = aws.asked('PutLogEvents');
  const { logEvents, ...place } = request?.input ?? {};
  expect(place).toEqual({ logGroupName: 'group', logStreamName: 'stream' });
  expect(logEvents).toEqual([{ timestamp: ACTION.atMs, message: expect.any(String) }]);
  expect(JSON.parse(logEvents[0].message)).toEqual({
    time: '2026-01-15T12:00:00.000Z',
    action: 'redrive',
    requestId: 'r',
    status: 200,
    result: { moved: 3 },
  });
});

test('an event that CloudWatch drops, although it answers 200, is not written', async () => {
  const dropped = { rejectedLogEventsInfo: { tooNewLogEventStartIndex: 0 } };

  await expect(write(dropped)).rejects.toThrow('rejected the event');
});

test('an action is not written when CloudWatch refuses the request', async () => {
  await expect(write(new Refusal('ResourceNotFoundException'))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
