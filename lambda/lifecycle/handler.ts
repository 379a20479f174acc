import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BedrockCatalogue } from '../aws/bedrock-catalogue.ts';
import { CLIENT_OPTIONS } from '../aws/client-options.ts';
import { dynamoDbLifecycle } from '../aws/lifecycle-table.ts';
import { SettingsParameter } from '../aws/settings-parameter.ts';
import { systemClock as clock } from '../aws/system-clock.ts';
import { powertoolsTelemetry } from '../aws/telemetry.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { checkLifecycle } from './check-lifecycle.ts';

const { log, metrics, publish } = powertoolsTelemetry();
const settings = new SettingsParameter({
  name: requiredEnv(ENV.settingsParameter),
  ...{ clock, log, metrics },
});
const dependencies = {
  ...{ clock, log, metrics },
  catalogue: new BedrockCatalogue(),
  store: dynamoDbLifecycle(new DynamoDBClient(CLIENT_OPTIONS), requiredEnv(ENV.circuitsTable)),
};

export async function handler(): Promise<void> {
  try {
    await checkLifecycle(dependencies, await settings.read());
  } finally {
    publish();
  }
}
