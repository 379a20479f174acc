import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { dynamoDbJobStore } from '../aws/job-table.ts';
import { s3ResultStore } from '../aws/result-bucket.ts';
import { openRuntime, warmUp } from '../compose.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { originsOf, withCors } from '../http/cors.ts';
import { showJob } from './show-job.ts';

const runtime = openRuntime();
const dependencies = {
  ...runtime,
  jobs: dynamoDbJobStore(runtime.dynamoDb, requiredEnv(ENV.jobsTable)),
  results: s3ResultStore(requiredEnv(ENV.resultsBucket)),
  longestWaitSeconds: Number(requiredEnv(ENV.longestWaitSeconds)),
};

const corsOrigins = originsOf(process.env[ENV.corsOrigins]);

await warmUp(runtime);

export async function handler(
  event: APIGatewayProxyEvent,
  context: Context,
): Promise<APIGatewayProxyResult> {
  runtime.begin(context);
  const endsAtMs = runtime.clock.now() + context.getRemainingTimeInMillis();
  try {
    return await withCors(corsOrigins, event, () =>
      showJob(dependencies, runtime.readSettings, event, endsAtMs),
    );
  } finally {
    runtime.end();
  }
}
