import { DeleteTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DeleteQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { credentialOf } from '../../../local/iam.ts';
import { startServices } from '../support/services.ts';

let services: Awaited<ReturnType<typeof startServices>>;
beforeAll(async () => {
  services = await startServices({
    Results: { Type: 'AWS::S3::Bucket' },
    Jobs: { Type: 'AWS::SQS::Queue' },
  });
});
afterAll(() => services.stop());

const QueueUrl = () => `${services.url}/000000000000/Holdfast-Jobs`;

test('operations that Holdfast uses are served', async () => {
  const { dynamodb, s3, sqs } = services.operator;

  await expect(dynamodb.send(new ListTablesCommand())).resolves.toMatchObject({ TableNames: [] });
  const attributes = new GetQueueAttributesCommand({ QueueUrl: QueueUrl() });
  await expect(sqs.send(attributes)).resolves.toBeDefined();
  const list = new ListObjectsV2Command({ Bucket: 'holdfast-results' });
  await expect(s3.send(list)).resolves.toMatchObject({ KeyCount: 0 });
});

test('other operations are refused, even to the operator', async () => {
  const { dynamodb, sqs } = services.operator;

  for (const call of [
    sqs.send(new DeleteQueueCommand({ QueueUrl: QueueUrl() })),
    dynamodb.send(new DeleteTableCommand({ TableName: 'Jobs' })),
  ]) {
    await expect(call).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringMatching(/^not emulated: \w+\.Delete/),
    });
  }
});

test.each([
  ['GET', '/'],
  ['GET', '/_fauxqs/queues'],
  ['GET', '/_fauxqs/queues/Holdfast-Jobs'],
  ['GET', '/%5Ffauxqs/queues'],
  ['PUT', '/another-bucket'],
  ['POST', '/holdfast-results?delete'],
  ['GET', '/holdfast-results?lifecycle'],
  ['PUT', '/holdfast-results/a?renameObject'],
  ['POST', '/'],
])("the emulators' own route %s %s is not served", async (method, path) => {
  const headers = {
    authorization: credentialOf('local'),
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = method === 'GET' ? undefined : 'Action=CreateTopic&Name=x';

  const answer = await fetch(`${services.url}${path}`, { method, headers, body });

  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain(`not emulated: ${method} `);
});

test('a request from a web page is refused', async () => {
  const answer = await fetch(services.url, {
    method: 'POST',
    headers: {
      origin: 'https://evil.example',
      authorization: credentialOf('local'),
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessage',
    },
    body: JSON.stringify({ QueueUrl: QueueUrl(), MessageBody: 'injected' }),
  });

  expect(answer.status).toBe(403);
  expect(await services.queues.depth('Jobs')).toMatchObject({ ready: 0 });
});
