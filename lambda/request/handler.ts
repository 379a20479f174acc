import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import openApi from '../../docs/openapi.json' with { type: 'json' };
import { CLIENT_OPTIONS, SINGLE_ATTEMPT_OPTIONS } from '../aws/client-options.ts';
import { dynamoDbDisabledTargets } from '../aws/disabled-targets-table.ts';
import { eventBridgeBus } from '../aws/event-bus.ts';
import { sqsJobQueue } from '../aws/job-queue.ts';
import { dynamoDbJobStore } from '../aws/job-table.ts';
import { randomId } from '../aws/random-id.ts';
import { s3ResultStore } from '../aws/result-bucket.ts';
import { SettingsParameter } from '../aws/settings-parameter.ts';
import { systemClock as clock } from '../aws/system-clock.ts';
import { powertoolsTelemetry } from '../aws/telemetry.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { Breaker } from '../core/breaker/breaker.ts';
import { scopesOfChain } from '../core/breaker/override-scopes.ts';
import { JobEnds } from '../core/jobs/job-ends.ts';
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
const jobs = dynamoDbJobStore(dynamoDb, requiredEnv(ENV.jobsTable));
const ends = new JobEnds({
  bus: eventBridgeBus(requiredEnv(ENV.eventBus)),
  settings: () => settings.current,
  ...{ jobs, log, metrics },
});
const dependencies = {
  ...{ clock, log, metrics, jobs, ends, openApi, newId: randomId },
  queue: sqsJobQueue({ jobs: requiredEnv(ENV.jobsQueueUrl) }),
  results: s3ResultStore(requiredEnv(ENV.resultsBucket)),
  circuits: new Breaker({
    store: configuredCircuitStore({ policy, dynamoDb: dynamoDbCircuits, now: clock.now }),
    scopesOf: scopesOfChain(() => settings.current),
    ...{ policy, clock, random: Math.random, workerId: randomId() },
  }),
  disabledTargets: new DisabledTargets({
    store: dynamoDbDisabledTargets(dynamoDb, circuitsTable),
    ...{ policy, clock, log },
  }),
};

export async function handler(
  event: APIGatewayProxyEvent,
  context: Context,
): Promise<APIGatewayProxyResult> {
  const endsAtMs = clock.now() + context.getRemainingTimeInMillis();
  try {
    return await respond(dependencies, () => settings.read(), event, endsAtMs);
  } finally {
    await ends.flush();
    publish();
  }
}
