import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { CLIENT_OPTIONS, SINGLE_ATTEMPT_OPTIONS } from '../aws/client-options.ts';
import { eventBridgeBus } from '../aws/event-bus.ts';
import { sqsJobQueue } from '../aws/job-queue.ts';
import { dynamoDbJobStore } from '../aws/job-table.ts';
import { randomId } from '../aws/random-id.ts';
import { SettingsParameter } from '../aws/settings-parameter.ts';
import { systemClock as clock } from '../aws/system-clock.ts';
import { powertoolsTelemetry } from '../aws/telemetry.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { Breaker } from '../core/breaker/breaker.ts';
import { JobEnds } from '../core/jobs/job-ends.ts';
import { configuredCircuitStore } from '../stores/configured-circuit-store.ts';
import { DynamoDbCircuitStore } from '../stores/dynamodb-circuit-store.ts';
import { gaugeCircuits } from './gauge-circuits.ts';
import { sweep } from './sweep.ts';

/** What a page of rows takes at most, with the SDK's retries. */
const MARGIN_MS = 15_000;

const { log, metrics, publish } = powertoolsTelemetry();
const dynamoDb = new DynamoDBClient(CLIENT_OPTIONS);
const circuitsClient = new DynamoDBClient(SINGLE_ATTEMPT_OPTIONS);
const settings = new SettingsParameter({
  name: requiredEnv(ENV.settingsParameter),
  ...{ clock, log, metrics },
});
const policy = () => settings.current.breaker;
const circuitsTable = requiredEnv(ENV.circuitsTable);
const dynamoDbCircuits = new DynamoDbCircuitStore(circuitsClient, circuitsTable);
const circuits = new Breaker({
  store: configuredCircuitStore({ policy, dynamoDb: dynamoDbCircuits, now: clock.now }),
  ...{ policy, clock, random: Math.random, workerId: randomId() },
});
const jobs = dynamoDbJobStore(dynamoDb, requiredEnv(ENV.jobsTable));
const dependencies = {
  ...{ clock, log, metrics, jobs },
  ends: new JobEnds({
    bus: eventBridgeBus(requiredEnv(ENV.eventBus)),
    settings: () => settings.current,
    ...{ jobs, log, metrics },
  }),
  queue: sqsJobQueue({ jobs: requiredEnv(ENV.jobsQueueUrl) }),
};

export async function handler(_event: unknown, context: Context): Promise<void> {
  try {
    await gaugeCircuits(circuits, metrics, await settings.read());
    const untilMs = clock.now() + context.getRemainingTimeInMillis() - MARGIN_MS;
    await sweep(dependencies, untilMs);
  } finally {
    publish();
  }
}
