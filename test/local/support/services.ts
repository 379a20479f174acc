import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { serveAws } from '../../../local/aws/aws-endpoint.ts';
import { serveDynamoDb } from '../../../local/aws/dynamodb.ts';
import { serveEventBuses } from '../../../local/aws/events.ts';
import { serveLogStreams } from '../../../local/aws/log-streams.ts';
import { serveParameters } from '../../../local/aws/parameters.ts';
import { serveQueuesAndObjects } from '../../../local/aws/queues-and-objects.ts';
import { createAccessControl } from '../../../local/iam.ts';
import { listenOnLoopback } from '../../../local/loopback.ts';
import { readStack } from '../../../local/stack.ts';
import { anAssembly, aRole, type Resources } from './assembly.ts';

/** Starts the AWS services of a small stack, with SDK clients of the operator and of a function. */
export async function startServices(resources: Resources, ...workerMay: object[]) {
  const aws = await listenOnLoopback(0);
  const stack = readStack(
    anAssembly({ code: { Worker: '' }, resources: { Role: aRole(...workerMay), ...resources } }),
    { sqs: aws.url },
  );
  const access = createAccessControl(stack);
  const buses = serveEventBuses(stack, access.authorize);
  const logs = serveLogStreams(stack, access.authorize);
  const stores = await serveQueuesAndObjects(stack, access);
  aws.serve(
    serveAws({
      dynamodb: await serveDynamoDb(stack, access.authorize),
      ssm: serveParameters(stack, access.authorize),
      events: buses.handler,
      logs: logs.handler,
      queuesAndObjects: stores.handler,
    }),
  );
  const clients = (accessKeyId: string) => {
    const options = {
      region: 'us-east-1',
      endpoint: aws.url,
      credentials: { accessKeyId, secretAccessKey: access.secretOf(accessKeyId) ?? '' },
      maxAttempts: 1,
    };
    return {
      dynamodb: new DynamoDBClient(options),
      sqs: new SQSClient(options),
      s3: new S3Client(options),
      ssm: new SSMClient(options),
      events: new EventBridgeClient(options),
      logs: new CloudWatchLogsClient(options),
    };
  };
  return {
    access,
    url: aws.url,
    queues: stores.queues,
    events: buses.events,
    logEvents: logs.events,
    operator: clients('local'),
    worker: clients(access.accessKeyIdOf('Holdfast-Worker')),
    stop: async () => {
      await stores.close();
      await aws.close();
    },
  };
}
