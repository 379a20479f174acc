import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { listenOnLoopback } from '../../../console/server/loopback.ts';
import { createServices } from '../../../local/aws/services.ts';
import { createAccessControl } from '../../../local/iam.ts';
import { readStack } from '../../../local/stack.ts';
import { KIND, type Unkind } from '../../../local/unkind.ts';
import { anAssembly, aRole, type Resources } from './assembly.ts';

/** Starts the AWS services of a small stack, with SDK clients of the operator and of a function. */
export async function startServices(resources: Resources, ...workerMay: object[]) {
  return startUnkindServices(KIND, resources, ...workerMay);
}

/** Starts services with unkind behaviours. */
export async function startUnkindServices(
  unkind: Unkind,
  resources: Resources,
  ...workerMay: object[]
) {
  const aws = await listenOnLoopback(0);
  const stack = readStack(
    anAssembly({ code: { Worker: '' }, resources: { Role: aRole(...workerMay), ...resources } }),
    { sqs: aws.url },
  );
  const access = createAccessControl(stack);
  const services = await createServices(stack, access, unkind);
  aws.serve(services.handler);
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
    queues: services.queues,
    events: services.events,
    logEvents: services.logEvents,
    operator: clients('local'),
    worker: clients(access.accessKeyIdOf('Holdfast-Worker')),
    stop: async () => {
      await services.close();
      await aws.close();
    },
  };
}
