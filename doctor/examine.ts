import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { BedrockCatalogue } from '../lambda/aws/bedrock-catalogue.ts';
import { BedrockModelClient } from '../lambda/aws/bedrock-model-client.ts';
import { createClient } from '../lambda/aws/sdk-client.ts';
import { systemClock } from '../lambda/aws/system-clock.ts';
import { type Settings, type Target, targetKey, targetsOf } from '../lambda/contract/policy.ts';
import { ask } from './ask.ts';
import { checkBootstrap } from './bootstrap.ts';
import { checkConcurrency } from './concurrency.ts';
import { checkCredentials } from './credentials.ts';
import type { Finding } from './finding.ts';
import { checkLifecycle } from './lifecycle.ts';
import { checkChain, checkModel } from './model.ts';
import { checkNode } from './node.ts';
import { checkOutputLimits } from './output-limit.ts';
import { checkQuotas } from './quota.ts';
import { checkRegion, FALLBACK_REGION, regionOfShell } from './region.ts';
import { checkStack, type DeployedStack } from './stack.ts';

export interface Examination {
  readonly settings: Settings;
  /** @default no stack is looked at */
  readonly stack?: DeployedStack;
  /** Leaves out whatever is an account's: for a Bedrock that stands in for the real one. */
  readonly bedrockOnly?: boolean;
}

/** All checks: what can be known here, then who asks, then whatever AWS has to say, side by side. */
export async function examine({
  settings,
  stack,
  bedrockOnly = false,
}: Examination): Promise<readonly Finding[]> {
  const here = [checkNode(process.versions.node), ...checkOutputLimits(settings)];
  if (bedrockOnly) return [...here, ...(await askBedrock(settings))];

  const shellRegion = await regionOfShell();
  const region = shellRegion ?? FALLBACK_REGION;
  const caller = await checkCredentials(
    createClient((options) => new STSClient({ ...options, region })),
  );
  const known = [...here, checkRegion(shellRegion, settings), ...caller];
  // Every other check would say the same once more.
  if (caller.some(({ level }) => level === 'bad')) return known;

  const ssm = createClient((options) => new SSMClient({ ...options, region }));
  const answers = await Promise.all([
    checkBootstrap(ssm, region),
    askBedrock(settings),
    askQuotas(settings, region),
    stack
      ? checkStack(
          {
            ssm,
            cloudFormation: createClient(
              (options) => new CloudFormationClient({ ...options, region }),
            ),
            sqs: createClient((options) => new SQSClient({ ...options, region })),
          },
          stack,
        )
      : [],
  ]);
  return [...known, ...answers.flat()];
}

async function askBedrock(settings: Settings): Promise<readonly Finding[]> {
  const models = new BedrockModelClient({ clock: systemClock });
  const catalogue = new BedrockCatalogue();
  const about = (check: Finding['check'], target: Target, action: string) =>
    ({ check, subject: targetKey(target), action }) as const;
  try {
    const answers = targetsOf(settings).flatMap((target) => [
      ask(about('model', target, 'bedrock:InvokeModel'), async () => [
        await checkModel(models, target),
      ]),
      ask(about('lifecycle', target, 'bedrock:GetFoundationModel'), async () => [
        await checkLifecycle(catalogue, target, systemClock.now()),
      ]),
    ]);
    const findings = (await Promise.all(answers)).flat();
    return [...findings, ...checkChain(findings)];
  } finally {
    models.destroy();
  }
}

/** Of the models from their own regions, of the functions from the stack's. */
async function askQuotas(settings: Settings, stackRegion: string): Promise<readonly Finding[]> {
  const client = (region: string) =>
    createClient((options) => new ServiceQuotasClient({ ...options, region }));
  const regions = [...new Set(targetsOf(settings).map(({ region }) => region))];
  const answers = await Promise.all([
    ...regions.map((region) => checkQuotas(client(region), region, settings)),
    checkConcurrency(client(stackRegion), stackRegion, settings),
  ]);
  return answers.flat();
}
