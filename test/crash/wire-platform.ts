import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { BedrockModelClient } from '../../lambda/aws/bedrock-model-client.ts';
import { sqsDeadLetterQueue } from '../../lambda/aws/dead-letter-queue.ts';
import { dynamoDbDisabledTargets } from '../../lambda/aws/disabled-targets-table.ts';
import { eventBridgeBus } from '../../lambda/aws/event-bus.ts';
import { sqsJobQueue } from '../../lambda/aws/job-queue.ts';
import { dynamoDbJobStore } from '../../lambda/aws/job-table.ts';
import { s3ResultStore } from '../../lambda/aws/result-bucket.ts';
import { createClient, SINGLE_ATTEMPT } from '../../lambda/aws/sdk-client.ts';
import { SettingsParameter } from '../../lambda/aws/settings-parameter.ts';
import { s3UploadStore } from '../../lambda/aws/upload-bucket.ts';
import { Breaker } from '../../lambda/core/breaker/breaker.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import type { ModelClient } from '../../lambda/core/router/model-client.ts';
import { SPENT_UNTIL } from '../../lambda/stores/bucket-fields.ts';
import { bucketItemKey } from '../../lambda/stores/dynamodb-bucket-item.ts';
import { DynamoDbBucketStore } from '../../lambda/stores/dynamodb-bucket-store.ts';
import { DynamoDbCircuitStore } from '../../lambda/stores/dynamodb-circuit-store.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { useBedrockAt } from '../support/bedrock-endpoint.ts';
import { SILENT, UNCOUNTED } from '../support/silent-telemetry.ts';
import { circuitsTable, jobsTable } from '../support/tables.ts';
import { WIRE_FAULTS } from './faults.ts';
import { QUOTA } from './path-settings.ts';
import type { Platform } from './platform.ts';
import { Sandbox } from './sandbox.ts';
import { type Tracked, Wire, withoutWaiting } from './wire.ts';
import { DEAD_LETTERS, EDITED, JOBS_QUEUE, parametersOf, servicesOf } from './wire-services.ts';
import { type Items, WireTables } from './wire-tables.ts';

const JOBS = 'jobs';
const CIRCUITS = 'circuits';
const JOBS_TABLE = jobsTable(JOBS);
const TABLES = WireTables.create([JOBS_TABLE, circuitsTable(CIRCUITS)]);
const ACCOUNT = {
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  // No service here verifies a signature, and making one takes a tenth of a run.
  signer: { sign: async <Request>(request: Request) => request },
};
const QUEUE_URLS = {
  jobs: `https://sqs.us-east-1.amazonaws.com/1/${JOBS_QUEUE}`,
  deadLetters: `https://sqs.us-east-1.amazonaws.com/1/${DEAD_LETTERS}`,
};

// The Bedrock client takes its credentials from the environment. No request leaves this process.
useBedrockAt('http://127.0.0.1:1');

const wire = new Wire();
const here = { ...ACCOUNT, requestHandler: wire };
// Creating a client takes longer than a run, so all processes share them. `Sandbox.current` tells them apart.
const dynamoDb = retrying(createClient((options) => new DynamoDBClient({ ...options, ...here })));
const circuitsClient = wire.tracked(
  createClient((options) => new DynamoDBClient({ ...options, ...SINGLE_ATTEMPT, ...here })),
);
const sqs = retrying(createClient((options) => new SQSClient({ ...options, ...here })));
const s3 = retrying(createClient((options) => new S3Client({ ...options, ...here })));
const ssm = wire.tracked(
  createClient((options) => new SSMClient({ ...options, ...SINGLE_ATTEMPT, ...here })),
);
const eventBridge = wire.tracked(
  createClient((options) => new EventBridgeClient({ ...options, ...SINGLE_ATTEMPT, ...here })),
);
const bedrock = new BedrockModelClient({
  clock: { now: () => Sandbox.current.clock.now() },
  requestHandler: wire,
});
const models: ModelClient = {
  converse: (...given) => wire.track(() => bedrock.converse(...given)),
  countTokens: (...given) => wire.track(() => bedrock.countTokens(...given)),
};

function retrying<Client extends Parameters<typeof withoutWaiting>[0] & Tracked>(client: Client) {
  return wire.tracked(withoutWaiting(client));
}

const NO_ITEMS: Items = new Map();

/** Returns the items of a circuits' table that has only the bucket of the primary's quota, if it is known. */
function bucketSpentUntil(ms: number | undefined): Items {
  if (ms === undefined) return NO_ITEMS;
  const key = bucketItemKey(QUOTA.key);
  const item = { ...key, ...marshall({ [SPENT_UNTIL.tokens]: ms }) };
  return new Map([[JSON.stringify(key), item]]);
}

/** The deployed adapters, over SDK clients whose network is simulated in this process. */
export const wirePlatform: Platform<readonly Items[]> = {
  faults: WIRE_FAULTS,
  async open(cloud, { settings, quotaSpentUntil, tables: before }) {
    const tables = await TABLES;
    await tables.replaceAll(before ?? [NO_ITEMS, bucketSpentUntil(quotaSpentUntil)]);
    const { clock } = cloud;
    tables.clock = clock;
    const policy = () => settings.breaker;
    const parameters = parametersOf(settings);
    return {
      async row(jobId) {
        const items = await wire.busy(() => tables.items(JOBS_TABLE));
        const item = items.get(JSON.stringify({ jobId: { S: jobId } }));
        return item && (unmarshall(item) as Job);
      },
      settled: () => wire.settled(),
      tables: () => tables.all(),

      ports(sandbox) {
        wire.connect(sandbox, {
          ...servicesOf(cloud, sandbox, (wait) => wire.pause(sandbox, wait)),
          DynamoDB: tables.serve,
          SSM: parameters,
        });
        const { clock } = sandbox;
        const store = new DynamoDbCircuitStore(circuitsClient, CIRCUITS, { shard: 0 });
        const workerId = `worker-${sandbox.invocation}`;
        return {
          jobs: dynamoDbJobStore(dynamoDb, JOBS),
          queue: sqsJobQueue(QUEUE_URLS, sqs),
          deadLetters: sqsDeadLetterQueue(QUEUE_URLS.deadLetters, sqs),
          results: s3ResultStore('results', s3),
          uploads: s3UploadStore('results', s3),
          bus: eventBridgeBus('bus', eventBridge),
          models,
          buckets: new DynamoDbBucketStore(circuitsClient, CIRCUITS, { now: () => clock.now() }),
          circuits: new Breaker({
            ...{ store, policy, clock, workerId, random: () => 0.5 },
            newPrivateStore: () => new MemoryCircuitStore(() => clock.now()),
          }),
          disabledTargets: new DisabledTargets({
            store: dynamoDbDisabledTargets(dynamoDb, CIRCUITS),
            ...{ policy, clock, log: SILENT },
          }),
          settings: new SettingsParameter({
            ...{ name: EDITED, deployed: () => settings, client: ssm },
            ...{ clock, random: () => 0.5, log: SILENT, metrics: UNCOUNTED },
          }),
        };
      },
    };
  },
};
