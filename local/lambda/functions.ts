import { z } from 'zod';
import type { AccessControl } from '../iam.ts';
import { REGION } from '../resources.ts';
import type { Stack } from '../stack.ts';
import { shareConcurrency } from './concurrency.ts';
import { LambdaFunction } from './function.ts';

/** Base URLs of the local services, as the functions reach them. */
interface ServiceUrls {
  readonly aws: string;
  readonly bedrock: string;
}

const lambdaFunction = z.looseObject({
  Code: z.looseObject({ S3Key: z.string() }),
  Handler: z.string(),
  Runtime: z.string().startsWith('nodejs', 'only Node.js is emulated'),
  // The defaults are Lambda's.
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z
    .looseObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .default({ Variables: {} }),
});

/**
 * Returns the stack's functions, by ARN. Each runs the bundle that a deploy would upload.
 *
 * @param accountConcurrency the invocations of all functions that may run at a time
 */
export function createFunctions(
  stack: Stack,
  access: AccessControl,
  urls: ServiceUrls,
  onLog: (functionName: string, line: string) => void,
  accountConcurrency?: number,
): ReadonlyMap<string, LambdaFunction> {
  const described = stack.resources('AWS::Lambda::Function', lambdaFunction);
  const reservations = described.map(
    ({ ref, properties }) => [ref, properties.ReservedConcurrentExecutions] as const,
  );
  const concurrencyOf = shareConcurrency(accountConcurrency, new Map(reservations));
  return new Map(
    described.map(({ ref, attributes, properties }) => {
      const arn = attributes.Arn ?? ref;
      const created = new LambdaFunction({
        name: ref,
        arn,
        codeDir: stack.assetDir(properties.Code.S3Key),
        handler: properties.Handler,
        timeoutMs: properties.Timeout * 1000,
        memoryMb: properties.MemorySize,
        concurrency: concurrencyOf(ref),
        environment: {
          ...addressesAndCredentials(access, ref, urls),
          ...properties.Environment.Variables,
        },
        onLog: (line) => onLog(ref, line),
      });
      return [arn, created];
    }),
  );
}

/** Returns the variables that tell a function its Region, its credentials and the local services. */
function addressesAndCredentials(
  access: AccessControl,
  functionName: string,
  { aws, bedrock }: ServiceUrls,
): Record<string, string> {
  const accessKeyId = access.accessKeyIdOf(functionName);
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretOf(accessKeyId) ?? '',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: aws,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock,
    AWS_ENDPOINT_URL_BEDROCK: bedrock,
    AWS_ENDPOINT_URL_SERVICE_QUOTAS: bedrock,
  };
}
