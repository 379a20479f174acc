import { z } from 'zod';
import type { AccessControl } from '../iam.ts';
import { REGION } from '../resources.ts';
import type { Stack } from '../stack.ts';
import { LambdaFunction } from './function.ts';

/** Base URLs of the services as the functions reach them. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string;
  readonly ssm: string;
  readonly events: string;
  readonly bedrockRuntime: string;
  /** Bedrock's control plane. */
  readonly bedrock: string;
}

const lambdaFunction = z.looseObject({
  Code: z.looseObject({ S3Key: z.string() }),
  Handler: z.string(),
  Runtime: z.string().startsWith('nodejs', 'only Node.js is emulated'),
  // The service's own defaults.
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z
    .looseObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .default({ Variables: {} }),
});

/** The stack's functions by ARN, each running the very bundle that would be deployed. */
export function createFunctions(
  stack: Stack,
  access: AccessControl,
  endpoints: Endpoints,
  onLog: (functionName: string, line: string) => void,
): ReadonlyMap<string, LambdaFunction> {
  return new Map(
    stack
      .resources('AWS::Lambda::Function', lambdaFunction)
      .map(({ ref, attributes, properties }) => {
        const arn = attributes.Arn ?? ref;
        const created = new LambdaFunction({
          name: ref,
          arn,
          codeDir: stack.assetDir(properties.Code.S3Key),
          handler: properties.Handler,
          timeoutMs: properties.Timeout * 1000,
          memoryMb: properties.MemorySize,
          reservedConcurrency: properties.ReservedConcurrentExecutions,
          environment: {
            ...reservedVariables(access.accessKeyIdOf(ref), endpoints),
            ...properties.Environment.Variables,
          },
          onLog: (line) => onLog(ref, line),
        });
        return [arn, created];
      }),
  );
}

/** What Lambda sets in every function, and the addresses that stand in for AWS. */
function reservedVariables(accessKeyId: string, endpoints: Endpoints): Record<string, string> {
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_SSM: endpoints.ssm,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.events,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoints.bedrockRuntime,
    AWS_ENDPOINT_URL_BEDROCK: endpoints.bedrock,
  };
}
