import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import openApi from '../../docs/openapi.json' with { type: 'json' };
import { sqsJobQueue } from '../aws/job-queue.ts';
import { s3ResultStore } from '../aws/result-bucket.ts';
import { dynamoDbTenantRegistry } from '../aws/tenant-table.ts';
import { s3UploadStore } from '../aws/upload-bucket.ts';
import { openCircuits, openJobs, openRuntime, warmUp } from '../compose.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { KnownTenants } from '../core/jobs/known-tenants.ts';
import { originsOf, withCors } from '../http/cors.ts';
import { respond } from './routes.ts';

const runtime = openRuntime();
const bucket = requiredEnv(ENV.resultsBucket);
const circuits = openCircuits(runtime);
const registry = dynamoDbTenantRegistry(runtime.dynamoDb, requiredEnv(ENV.circuitsTable));
const dependencies = {
  ...runtime,
  ...openJobs(runtime),
  ...circuits,
  queue: sqsJobQueue({ jobs: requiredEnv(ENV.jobsQueueUrl) }),
  results: s3ResultStore(bucket),
  uploads: s3UploadStore(bucket),
  tenants: new KnownTenants(registry, runtime.log),
  openApi,
};

const corsOrigins = originsOf(process.env[ENV.corsOrigins]);

await warmUp(runtime, { knownQuotas: circuits.knownQuotas });

export async function handler(
  event: APIGatewayProxyEvent,
  context: Context,
): Promise<APIGatewayProxyResult> {
  runtime.begin(context);
  try {
    return await withCors(corsOrigins, event, () =>
      respond(dependencies, runtime.readSettings, event),
    );
  } finally {
    runtime.end();
  }
}
