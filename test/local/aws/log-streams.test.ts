import { type CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operatorLogStream } from '../../../lambda/aws/operator-log-stream.ts';
import { startServices } from '../support/services.ts';

const [GROUP, STREAM] = ['Holdfast-Group', 'Holdfast-Stream'];
let services: Awaited<ReturnType<typeof startServices>>;
beforeAll(async () => {
  const arn = `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}:log-stream:${STREAM}`;
  const LogGroupName = { Ref: 'Group' };
  services = await startServices(
    {
      Group: { Type: 'AWS::Logs::LogGroup' },
      Stream: { Type: 'AWS::Logs::LogStream', Properties: { LogGroupName } },
    },
    { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: arn },
  );
});
afterAll(() => services.stop());

const put = (client: CloudWatchLogsClient, logStreamName: string, message = 'x') =>
  client.send(
    new PutLogEventsCommand({
      logGroupName: GROUP,
      logStreamName,
      logEvents: [{ timestamp: 1, message }],
    }),
  );

test('a function writes to the log stream that its role names', async () => {
  const log = operatorLogStream({
    logGroup: GROUP,
    logStream: STREAM,
    client: services.worker.logs,
  });
  const atMs = Date.UTC(2026, 0, 15, 12);

  await log.write({
    atMs,
    action: 'lift',
    requestId: 'r',
    status: 200,
    result: { mode: 'observe' },
  });

  const [event] = services.logEvents();
  expect(event).toMatchObject({ logGroup: GROUP, timestamp: atMs });
  expect(JSON.parse(event?.message ?? '')).toEqual({
    time: '2026-01-15T12:00:00.000Z',
    action: 'lift',
    requestId: 'r',
    status: 200,
    result: { mode: 'observe' },
  });
});

test.each<[string, string, 'worker' | 'operator', string, string]>([
  ['to a stream that its role does not name', 'Other', 'worker', 'x', 'AccessDeniedException'],
  ['to a stream that does not exist', 'Other', 'operator', 'x', 'ResourceNotFoundException'],
  ['an empty message', STREAM, 'operator', '', 'InvalidParameterException'],
])('a function cannot write %s', async (_, stream, who, message, name) => {
  await expect(put(services[who].logs, stream, message)).rejects.toMatchObject({ name });
});
