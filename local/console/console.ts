import { SQSClient } from '@aws-sdk/client-sqs';
import { chainsOf } from '../../console/server/chains.ts';
import { systemClock } from '../../console/server/clock.ts';
import { createConsole } from '../../console/server/console.ts';
import type { LaptopParts } from '../../console/server/laptop-parts.ts';
import type { Handler } from '../../console/server/loopback.ts';
import { createPageLoader } from '../../console/server/page.ts';
import type { SeriesSource } from '../../console/server/series-source.ts';
import { createSignedFetch } from '../../console/server/signed-fetch.ts';
import { SnapshotReader } from '../../console/server/snapshot-reader.ts';
import { snapshotSources } from '../../console/server/sources.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { REGION, STACK_NAME } from '../resources.ts';
import { OPERATOR } from '../rest-api/signature.ts';
import type { ApiKey } from '../rest-api/usage-plan.ts';
import type { Stack } from '../stack.ts';

export interface LocalConsoleOptions {
  readonly stack: Stack;
  /** @default the stack has no settings */
  readonly settings?: Settings;
  /** URL of the API with its stage. */
  readonly apiUrl: string;
  readonly apiKeys: readonly ApiKey[];
  /** URL of SQS. */
  readonly awsUrl: string;
  readonly laptop: LaptopParts;
  /** @default the console shows no series */
  readonly series?: SeriesSource;
}

/** The pages get a snapshot each second, which is when the parts are read again. */
const EVERY_MS = 1_000;

/** Serves the console of the embedded run. It needs no token, because the run's keys are public. */
export function createLocalConsole(options: LocalConsoleOptions): Handler {
  const { stack, apiUrl, apiKeys, awsUrl, laptop, series } = options;
  const outputs = stack.outputs();
  const { chains, recoveryStages, tenantOf } = factsOf(options.settings);
  const tenants = apiKeys.map(({ id, value }) => ({ tenant: tenantOf(id), apiKey: value }));
  const signedFetch = createSignedFetch({ region: REGION, credentials: OPERATOR });
  const sources = snapshotSources({
    instance: {
      kind: 'laptop',
      stack: STACK_NAME,
      region: REGION,
      apiUrl,
      tenants: tenants.map(({ tenant }) => tenant),
      chains,
      recoveryStages,
      updates: 'stream',
      pollSeconds: EVERY_MS / 1000,
    },
    signedFetch,
    sqs: new SQSClient({ endpoint: awsUrl, region: REGION, credentials: OPERATOR }),
    ...queueUrls(outputs),
    ...(series && { series }),
    everyMs: EVERY_MS,
    seriesEveryMs: EVERY_MS,
    now: systemClock.now,
    laptop,
  });
  return createConsole({
    page: createPageLoader(),
    api: { url: apiUrl, tenants, signedFetch },
    reader: new SnapshotReader(sources, systemClock),
    clock: systemClock,
    laptop,
  });
}

/** A stack without settings has no chain. */
function factsOf(settings: Settings | undefined) {
  if (!settings) return { chains: [], recoveryStages: [], tenantOf: (keyId: string) => keyId };
  return {
    chains: chainsOf(settings),
    recoveryStages: settings.breaker.recoveryStages,
    tenantOf: (keyId: string) => settings.tenants[keyId] ?? keyId,
  };
}

function queueUrls({ JobsQueueUrl, DeadLetterQueueUrl }: Readonly<Record<string, string>>) {
  if (!JobsQueueUrl || !DeadLetterQueueUrl) return {};
  return { queueUrls: { jobs: JobsQueueUrl, deadLetters: DeadLetterQueueUrl } };
}
