import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { BedrockCatalogue } from '../lambda/aws/bedrock-catalogue.ts';
import { BedrockModelClient } from '../lambda/aws/bedrock-model-client.ts';
import { createClient } from '../lambda/aws/sdk-client.ts';
import { regionOfSecret } from '../lambda/aws/secret-text.ts';
import { systemClock } from '../lambda/aws/system-clock.ts';
import { targetsOf } from '../lambda/contract/chains.ts';
import { type Settings, targetKey } from '../lambda/contract/policy.ts';
import { checkAccessLogs } from './access-logs.ts';
import { queryAws } from './aws-query.ts';
import { checkBootstrap } from './bootstrap.ts';
import { checkCapabilities } from './capabilities.ts';
import { checkConcurrency } from './concurrency.ts';
import { checkCredentials } from './credentials.ts';
import type { Finding } from './finding.ts';
import { checkLifecycle } from './lifecycle.ts';
import { checkChains, checkModel, modelAction } from './model.ts';
import { checkNode } from './node.ts';
import { checkOutputLimits } from './output-limit.ts';
import { checkQuotas } from './quota.ts';
import { checkRedisSecret } from './redis-secret.ts';
import { checkRegion, FALLBACK_REGION, regionOfShell } from './region.ts';
import { checkStack, type DeployedStack } from './stack.ts';

/** The time for all proofs of one target, which run side by side. */
const PROOF_LIMIT_MS = 25_000;

export interface CheckOptions {
  readonly settings: Settings;
  /** @default no stack is checked */
  readonly stack?: DeployedStack;
  /** The concurrency that the deploy reserves for waiting requests. @default none */
  readonly statusConcurrency?: number;
  /** True if the deploy makes the role with which API Gateway writes access logs. @default false */
  readonly gatewayLogRole?: boolean;
  /** Proves what each target can do with calls. @default false */
  readonly capabilities?: boolean;
  /** Leaves out the checks of an AWS account, because a fake Bedrock has none. */
  readonly bedrockOnly: boolean;
}

/** Runs the checks that need no request, then checks the credentials, then all else in parallel. */
export async function runChecks({
  settings,
  stack,
  statusConcurrency,
  gatewayLogRole,
  capabilities = false,
  bedrockOnly,
}: CheckOptions): Promise<readonly Finding[]> {
  const offline = [checkNode(process.versions.node), ...checkOutputLimits(settings)];
  if (bedrockOnly) return [...offline, ...(await checkBedrock(settings, capabilities))];

  const shellRegion = await regionOfShell();
  const region = shellRegion ?? FALLBACK_REGION;
  const caller = await checkCredentials(
    createClient((options) => new STSClient({ ...options, region })),
  );
  const first = [...offline, checkRegion(shellRegion, settings), ...caller];
  // Without valid credentials, every other check would only repeat the same failure.
  if (caller.some(({ level }) => level === 'bad')) return first;

  const ssm = createClient((options) => new SSMClient({ ...options, region }));
  const others = await Promise.all([
    checkBootstrap(ssm, region),
    checkAccessLogs(
      createClient((options) => new APIGatewayClient({ ...options, region })),
      region,
      gatewayLogRole,
    ),
    checkStore(settings),
    checkBedrock(settings, capabilities),
    checkAllQuotas(settings, region, statusConcurrency),
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
  return [...first, ...others.flat()];
}

/** Checks what the store of the circuits needs from the account. */
function checkStore({ breaker: { redisSecretArn } }: Settings): Promise<readonly Finding[]> {
  if (redisSecretArn === undefined) return Promise.resolve([]);
  const region = regionOfSecret(redisSecretArn);
  return checkRedisSecret(
    createClient((options) => new SecretsManagerClient({ ...options, region })),
    redisSecretArn,
  );
}

async function checkBedrock(
  settings: Settings,
  provesCapabilities: boolean,
): Promise<readonly Finding[]> {
  const models = new BedrockModelClient({ clock: systemClock });
  const catalogue = new BedrockCatalogue();
  try {
    const results = targetsOf(settings).flatMap((target) => {
      const subject = targetKey(target);
      const model = { check: 'model', subject, action: modelAction(target) } as const;
      const lifecycle = {
        check: 'lifecycle',
        subject,
        action: 'bedrock:GetFoundationModel',
      } as const;
      return [
        queryAws(model, async () => [await checkModel(models, target)]),
        provesCapabilities
          ? queryAws({ ...model, check: 'capability', limitMs: PROOF_LIMIT_MS }, () =>
              checkCapabilities(models, target, settings),
            )
          : [],
        queryAws(lifecycle, async () => [
          await checkLifecycle(catalogue, target, systemClock.now()),
        ]),
      ];
    });
    const findings = (await Promise.all(results)).flat();
    return [...findings, ...checkChains(settings, findings)];
  } finally {
    models.destroy();
  }
}

/** Model quotas belong to the targets' regions, the functions' concurrency to the stack's region. */
async function checkAllQuotas(
  settings: Settings,
  stackRegion: string,
  statusConcurrency?: number,
): Promise<readonly Finding[]> {
  const client = (region: string) =>
    createClient((options) => new ServiceQuotasClient({ ...options, region }));
  const regions = [...new Set(targetsOf(settings).map(({ region }) => region))];
  const results = await Promise.all([
    ...regions.map((region) => checkQuotas(client(region), region, settings)),
    checkConcurrency(client(stackRegion), stackRegion, settings, statusConcurrency),
  ]);
  return results.flat();
}
