import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { CLIENT_OPTIONS, SINGLE_ATTEMPT_OPTIONS } from '../aws/client-options.ts';
import { sqsDeadLetterQueue } from '../aws/dead-letter-queue.ts';
import { dynamoDbDisabledTargets } from '../aws/disabled-targets-table.ts';
import { sqsJobQueue } from '../aws/job-queue.ts';
import { dynamoDbJobStore } from '../aws/job-table.ts';
import { dynamoDbLifecycle } from '../aws/lifecycle-table.ts';
import { randomId } from '../aws/random-id.ts';
import { SettingsParameter } from '../aws/settings-parameter.ts';
import { systemClock as clock } from '../aws/system-clock.ts';
import { powertoolsTelemetry } from '../aws/telemetry.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { Breaker } from '../core/breaker/breaker.ts';
import { scopesOfChain } from '../core/breaker/override-scopes.ts';
import { DisabledTargets } from '../core/router/disabled-targets.ts';
import { configuredCircuitStore } from '../stores/configured-circuit-store.ts';
import { DynamoDbCircuitStore } from '../stores/dynamodb-circuit-store.ts';
import { respond } from './routes.ts';

const { log, metrics, publish } = powertoolsTelemetry();
const dynamoDb = new DynamoDBClient(CLIENT_OPTIONS);
const circuitsClient = new DynamoDBClient(SINGLE_ATTEMPT_OPTIONS);
const circuitsTable = requiredEnv(ENV.circuitsTable);
const settings = new SettingsParameter({
  name: requiredEnv(ENV.settingsParameter),
  ...{ clock, log, metrics },
});
const policy = () => settings.current.breaker;
const dynamoDbCircuits = new DynamoDbCircuitStore(circuitsClient, circuitsTable);
const dependencies = {
  ...{ clock, log, metrics },
  jobs: dynamoDbJobStore(dynamoDb, requiredEnv(ENV.jobsTable)),
  queue: sqsJobQueue({ jobs: requiredEnv(ENV.jobsQueueUrl) }),
  deadLetters: sqsDeadLetterQueue(requiredEnv(ENV.deadLetterQueueUrl)),
  circuits: new Breaker({
    store: configuredCircuitStore({ policy, dynamoDb: dynamoDbCircuits, now: clock.now }),
    scopesOf: scopesOfChain(() => settings.current),
    ...{ policy, clock, random: Math.random, workerId: randomId() },
  }),
  disabledTargets: new DisabledTargets({
    store: dynamoDbDisabledTargets(dynamoDb, circuitsTable),
    ...{ policy, clock, log },
  }),
  lifecycles: dynamoDbLifecycle(dynamoDb, circuitsTable),
};

export async function handler(
  event: APIGatewayProxyEvent,
  context: Context,
): Promise<APIGatewayProxyResult> {
  try {
    const endsAtMs = clock.now() + context.getRemainingTimeInMillis();
    return await respond(dependencies, () => settings.read(), event, endsAtMs);
  } finally {
    publish();
  }
}
