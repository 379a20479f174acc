import { describe, expect, test } from '@jest/globals';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Stack } from 'aws-cdk-lib/core';
import type { HoldfastProps } from '../../lib/holdfast.ts';
import { faultsOf } from '../support/settings-faults.ts';
import { anApp, aStack, oneTargetSettings } from '../support/stack.ts';

const US_EAST_1 = { account: '123456789012', region: 'us-east-1' };
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:redis-AbCdEf';

const app = anApp();
const elsewhere = new Stack(app, 'Elsewhere', { env: US_EAST_1 });
const vpc = new Vpc(elsewhere, 'Vpc');
const redisSecurityGroup = new SecurityGroup(elsewhere, 'Group', { vpc });
const redisSecret = Secret.fromSecretCompleteArn(elsewhere, 'Secret', SECRET_ARN);
const named = Secret.fromSecretNameV2(elsewhere, 'Named', 'redis');
const keyIn = (region: string) =>
  Key.fromKeyArn(elsewhere, `Key-${region}`, `arn:aws:kms:${region}:123456789012:key/1`);

const redis = { store: 'redis', redisUrl: 'rediss://host:6379' } as const;
const withRedis = oneTargetSettings({ breaker: redis });
const withSecret = oneTargetSettings({ breaker: { ...redis, redisSecretArn: SECRET_ARN } });

describe('props that contradict each other', () => {
  test.each<[string, Partial<HoldfastProps>, string[]]>([
    ['valkey without vpc', { valkey: true }, ['valkey: got true, allowed only together with vpc']],
    [
      'subnets without vpc',
      { vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } },
      ['vpcSubnets: got subnets, allowed only together with vpc'],
    ],
    [
      'a security group without vpc',
      { redisSecurityGroup, settings: withRedis },
      ['redisSecurityGroup: got a security group, allowed only together with vpc'],
    ],
    [
      'a server’s security group and secret beside circuits in DynamoDB',
      { vpc, redisSecurityGroup, redisSecret },
      [
        'redisSecurityGroup: got a security group, allowed only with breaker.store redis',
        'redisSecret: got a secret, allowed only with breaker.store redis',
      ],
    ],
    [
      'a server’s security group and secret beside a new cache',
      { vpc, valkey: true, redisSecurityGroup, redisSecret },
      [
        'redisSecurityGroup: got a security group, allowed only without valkey, whose cache needs none',
        'redisSecret: got a secret, allowed only without valkey, whose cache needs none',
      ],
    ],
    [
      'a new cache beside the address of another',
      { vpc, valkey: true, settings: withRedis },
      ['valkey: got true, allowed only without breaker.redisUrl, which names another server'],
    ],
    [
      'two secrets',
      { redisSecret, settings: withSecret },
      ['redisSecret: got a secret, allowed only without breaker.redisSecretArn'],
    ],
    [
      'a secret that cannot be named in a policy',
      { redisSecret: named, settings: withRedis },
      [
        'redisSecret: got a secret without its complete ARN, allowed is one of Secret.fromSecretCompleteArn',
      ],
    ],
    ...[0, -1, 1.5, Number.NaN].map(
      (statusConcurrency): [string, Partial<HoldfastProps>, string[]] => [
        `a concurrency of ${statusConcurrency}`,
        { statusConcurrency },
        [`statusConcurrency: got ${statusConcurrency}, allowed is a whole number from 1`],
      ],
    ),
    ...['https://a.example/', '*', 'a.example', 'ftp://a.example', 'HTTPS://a.example'].map(
      (origin): [string, Partial<HoldfastProps>, string[]] => [
        `the origin ${origin}`,
        { corsOrigins: [origin] },
        [
          `corsOrigins[0]: got "${origin}", allowed is an origin such as https://app.example.com: no path, no asterisk`,
        ],
      ],
    ),
    [
      'a key of another region',
      { encryptionKey: keyIn('eu-west-1') },
      [
        'encryptionKey: got a key in eu-west-1, allowed is a key in us-east-1, the region of the stack',
      ],
    ],
    [
      'several at once',
      { valkey: true, statusConcurrency: 0 },
      [
        'valkey: got true, allowed only together with vpc',
        'statusConcurrency: got 0, allowed is a whole number from 1',
      ],
    ],
  ])('are refused: %s', (_, props, faults) => {
    expect(faultsOf(() => aStack({ ...props, env: US_EAST_1 }, anApp()))).toEqual(faults);
  });

  test('are not found in a key of the stack’s own region, or if the region is not known yet', () => {
    expect(() => aStack({ encryptionKey: keyIn('us-east-1'), env: US_EAST_1 })).not.toThrow();
    expect(() => aStack({ encryptionKey: keyIn('eu-central-1') })).not.toThrow();
  });
});
