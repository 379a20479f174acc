import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { sqsDeadLetterQueue } from '../aws/dead-letter-queue.ts';
import { sqsJobQueue } from '../aws/job-queue.ts';
import { dynamoDbLifecycle } from '../aws/lifecycle-table.ts';
import { operatorLogStream } from '../aws/operator-log-stream.ts';
import { dynamoDbRedriveLease } from '../aws/redrive-lease-table.ts';
import { s3ResultStore } from '../aws/result-bucket.ts';
import { dynamoDbTenantRegistry } from '../aws/tenant-table.ts';
import { openCircuits, openJobs, openRuntime } from '../compose.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { respond } from './routes.ts';

const runtime = openRuntime();
const circuitsTable = requiredEnv(ENV.circuitsTable);
const dependencies = {
  ...runtime,
  ...openCircuits(runtime),
  ...openJobs(runtime),
  registry: dynamoDbTenantRegistry(runtime.dynamoDb, circuitsTable),
  results: s3ResultStore(requiredEnv(ENV.resultsBucket)),
  queue: sqsJobQueue({ jobs: requiredEnv(ENV.jobsQueueUrl) }),
  deadLetters: sqsDeadLetterQueue(requiredEnv(ENV.deadLetterQueueUrl)),
  redriveLease: dynamoDbRedriveLease(runtime.dynamoDb, circuitsTable),
  operatorLog: operatorLogStream({
    logGroup: requiredEnv(ENV.operatorLogGroup),
    logStream: requiredEnv(ENV.operatorLogStream),
  }),
  lifecycles: dynamoDbLifecycle(runtime.dynamoDb, circuitsTable),
};

export async function handler(
  event: APIGatewayProxyEvent,
  context: Context,
): Promise<APIGatewayProxyResult> {
  runtime.begin(context);
  try {
    const endsAtMs = runtime.clock.now() + context.getRemainingTimeInMillis();
    return await respond(dependencies, runtime.readSettings, event, endsAtMs);
  } finally {
    runtime.end();
  }
}
