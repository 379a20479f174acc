import type { Context } from 'aws-lambda';
import { BedrockCatalogue } from '../aws/bedrock-catalogue.ts';
import { dynamoDbLifecycle } from '../aws/lifecycle-table.ts';
import { openRuntime } from '../compose.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { checkLifecycle } from './check-lifecycle.ts';

const runtime = openRuntime();
const dependencies = {
  ...runtime,
  catalogue: new BedrockCatalogue(),
  store: dynamoDbLifecycle(runtime.dynamoDb, requiredEnv(ENV.circuitsTable)),
};

export async function handler(_event: unknown, context: Context): Promise<void> {
  runtime.begin(context);
  try {
    await checkLifecycle(dependencies, await runtime.readSettings());
  } finally {
    runtime.end();
  }
}
