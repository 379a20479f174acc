import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { sqsDeadLetterQueue } from '../aws/dead-letter-queue.ts';
import { sqsJobQueue } from '../aws/job-queue.ts';
import { dynamoDbJobStore } from '../aws/job-table.ts';
import { dynamoDbLifecycle } from '../aws/lifecycle-table.ts';
import { operatorLogStream } from '../aws/operator-log-stream.ts';
import { dynamoDbRedriveLease } from '../aws/redrive-lease-table.ts';
import { openCircuits, openRuntime } from '../compose.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { respond } from './routes.ts';

const runtime = openRuntime();
const dependencies = {
  ...runtime,
  ...openCircuits(runtime),
  jobs: dynamoDbJobStore(runtime.dynamoDb, requiredEnv(ENV.jobsTable)),
  queue: sqsJobQueue({ jobs: requiredEnv(ENV.jobsQueueUrl) }),
  deadLetters: sqsDeadLetterQueue(requiredEnv(ENV.deadLetterQueueUrl)),
  redriveLease: dynamoDbRedriveLease(runtime.dynamoDb, requiredEnv(ENV.circuitsTable)),
  operatorLog: operatorLogStream({
    logGroup: requiredEnv(ENV.operatorLogGroup),
    logStream: requiredEnv(ENV.operatorLogStream),
  }),
  lifecycles: dynamoDbLifecycle(runtime.dynamoDb, requiredEnv(ENV.circuitsTable)),
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
