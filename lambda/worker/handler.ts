import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { BedrockModelClient } from '../aws/bedrock-model-client.ts';
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
import { createRouter } from '../core/router/router.ts';
import { configuredCircuitStore } from '../stores/configured-circuit-store.ts';
import { DynamoDbCircuitStore } from '../stores/dynamodb-circuit-store.ts';
import { recordCircuitEvents } from './record-circuit-events.ts';
import { work } from './work.ts';

const random = Math.random;
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
const circuits = new Breaker({
  store: configuredCircuitStore({ policy, dynamoDb: dynamoDbCircuits, now: clock.now }),
  on: recordCircuitEvents(log, metrics),
  scopesOf: scopesOfChain(() => settings.current),
  ...{ policy, clock, random, workerId: randomId() },
});
const disabledTargets = new DisabledTargets({
  store: dynamoDbDisabledTargets(dynamoDb, circuitsTable),
  ...{ policy, clock, log },
});
const models = new BedrockModelClient({ clock });
const jobs = dynamoDbJobStore(dynamoDb, requiredEnv(ENV.jobsTable));
const ends = new JobEnds({
  bus: eventBridgeBus(requiredEnv(ENV.eventBus)),
  settings: () => settings.current,
  ...{ jobs, log, metrics },
});
const dependencies = {
  ...{ clock, random, log, metrics, jobs, ends, newId: randomId },
  queue: sqsJobQueue({
    jobs: requiredEnv(ENV.jobsQueueUrl),
    deadLetters: requiredEnv(ENV.deadLetterQueueUrl),
  }),
  results: s3ResultStore(requiredEnv(ENV.resultsBucket)),
  router: createRouter({
    settings: () => settings.current,
    ...{ circuits, models, disabledTargets, clock, random, log, metrics },
  }),
};
const batch = new BatchProcessor(EventType.SQS);

/** The jobs of a batch run side by side; one that breaks is reported alone. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  try {
    const invocation = {
      settings: await settings.read(),
      endsAtMs: clock.now() + context.getRemainingTimeInMillis(),
    };
    const each = ({ body }: SQSRecord) => work(dependencies, invocation, body);
    return await processPartialResponse(event, each, batch, { throwOnFullBatchFailure: false });
  } finally {
    await Promise.all([circuits.flush(), ends.flush()]);
    publish();
  }
}
