import { ApiKey } from 'aws-cdk-lib/aws-apigateway';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy, type Stack } from 'aws-cdk-lib/core';
import type { HoldfastStackProps } from '../../lib/holdfast-stack.ts';
import { oneTargetSettings } from './stack.ts';

const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:redis-AbCdEf';

/**
 * Two sets of props, which together ask for every optional part. What they refer to is imported into
 * `elsewhere`.
 */
export const OPTIONAL_PARTS = {
  'a VPC, a cache, a KMS key, a caller, a concurrency of its own, and data that it deletes': (
    elsewhere: Stack,
  ): Partial<HoldfastStackProps> => ({
    vpc: vpcIn(elsewhere),
    valkey: true,
    statusConcurrency: 50,
    encryptionKey: Key.fromKeyArn(elsewhere, 'Key', KEY_ARN),
    apiKey: ApiKey.fromApiKeyId(elsewhere, 'ApiKey', 'abc123'),
    removalPolicy: RemovalPolicy.DESTROY,
  }),
  'a prober, a Redis server of the user with its secret, and a log role': (
    elsewhere: Stack,
  ): Partial<HoldfastStackProps> => ({
    settings: oneTargetSettings({
      breaker: { store: 'redis', redisUrl: 'rediss://redis.internal:6379' },
      probe: { enabled: true },
    }),
    vpc: vpcIn(elsewhere),
    redisSecurityGroup: SecurityGroup.fromSecurityGroupId(elsewhere, 'Redis', `sg-${HEX}`),
    redisSecret: Secret.fromSecretCompleteArn(elsewhere, 'Secret', SECRET_ARN),
    gatewayLogRole: true,
  }),
} as const;

const HEX = '0123456789abcdef0';

function vpcIn(stack: Stack): IVpc {
  return Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: `vpc-${HEX}`,
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: [`subnet-${HEX}`, 'subnet-0fedcba9876543210'],
    privateSubnetRouteTableIds: [`rtb-${HEX}`, 'rtb-0fedcba9876543210'],
  });
}
