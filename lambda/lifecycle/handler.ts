import type { Context } from 'aws-lambda';
import { dynamoDbAppliedQuotas } from '../aws/applied-quotas-table.ts';
import { BedrockCatalogue } from '../aws/bedrock-catalogue.ts';
import { dynamoDbLifecycle } from '../aws/lifecycle-table.ts';
import { BedrockQuotas } from '../aws/service-quotas.ts';
import { openRuntime } from '../compose.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { checkLifecycle } from './check-lifecycle.ts';
import { checkQuotas } from './check-quotas.ts';

const runtime = openRuntime();
const circuitsTable = requiredEnv(ENV.circuitsTable);
const dependencies = {
  ...runtime,
  catalogue: new BedrockCatalogue(),
  store: dynamoDbLifecycle(runtime.dynamoDb, circuitsTable),
  accountQuotas: new BedrockQuotas(),
  quotaStore: dynamoDbAppliedQuotas(runtime.dynamoDb, circuitsTable),
};

export async function handler(_event: unknown, context: Context): Promise<void> {
  runtime.begin(context);
  try {
    const settings = await runtime.readSettings();
    await checkLifecycle(dependencies, settings);
    await checkQuotas(dependencies, settings);
  } finally {
    runtime.end();
  }
}
