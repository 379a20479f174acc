import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
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
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { parseJson } from '../json.ts';
import { REGION, STACK_NAME } from '../resources.ts';
import { OPERATOR } from '../rest-api/signature.ts';
import type { ApiKey } from '../rest-api/usage-plan.ts';
import type { Stack } from '../stack.ts';

export interface LocalConsoleOptions {
  readonly stack: Stack;
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
  const { chains, recoveryStages, tenantOf } = readSettings(stack, outputs.SettingsParameterName);
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

const parameter = z.looseObject({ Value: z.string() });

/** Reads the deployed settings from the template. A stack without them has no chain. */
function readSettings(stack: Stack, name: string | undefined) {
  const found = stack.resources('AWS::SSM::Parameter', parameter).find(({ ref }) => ref === name);
  if (!found) return { chains: [], recoveryStages: [], tenantOf: (keyId: string) => keyId };
  const settings = parseSettings(parseJson(found.properties.Value), 'settings parameter');
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
