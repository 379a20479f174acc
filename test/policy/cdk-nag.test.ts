import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ApiKey, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type App, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { anApp, aStack, oneTargetSettings } from '../support/stack.ts';

describe('the checks of cdk-nag', () => {
  // CDK also prints the findings, in addition to the report that the tests read.
  beforeEach(() => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('find nothing in the stack that it does not suppress with a reason', () => {
    const app = checkedApp();
    aStack({}, app);

    expect(findingsOf(app)).toEqual([]);
  });

  test('find nothing in a stack with a VPC, a cache, a KMS key, a caller and a concurrency of its own', () => {
    const app = checkedApp();
    const elsewhere = new Stack(app, 'Elsewhere');
    aStack(
      {
        vpc: vpcIn(elsewhere),
        valkey: true,
        statusConcurrency: 50,
        encryptionKey: Key.fromKeyArn(elsewhere, 'Key', 'arn:aws:kms:us-east-1:123456789012:key/1'),
        apiKey: ApiKey.fromApiKeyId(elsewhere, 'ApiKey', 'abc123'),
        pointInTimeRecovery: true,
      },
      app,
    );

    expect(findingsOf(app)).toEqual([]);
  });

  test('find nothing in a stack with a Redis server of the user, a secret and a log role', () => {
    const app = checkedApp();
    const elsewhere = new Stack(app, 'Elsewhere');
    const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:redis-AbCdEf';
    const breaker = { store: 'redis', redisUrl: 'rediss://redis.internal:6379' } as const;
    aStack(
      {
        settings: oneTargetSettings({ breaker, probe: { enabled: true } }),
        vpc: vpcIn(elsewhere),
        redisSecurityGroup: SecurityGroup.fromSecurityGroupId(elsewhere, 'Redis', 'sg-1'),
        redisSecret: Secret.fromSecretCompleteArn(elsewhere, 'Secret', arn),
        gatewayLogRole: true,
      },
      app,
    );

    expect(findingsOf(app)).toEqual([]);
  });

  test('find nothing in a stack that deletes everything it created', () => {
    const app = checkedApp();
    aStack({ removalPolicy: RemovalPolicy.DESTROY }, app);

    expect(findingsOf(app)).toEqual([]);
  });

  test('find a bucket without access logs beside one with a suppression', () => {
    const app = checkedApp();
    const stack = new Stack(app, 'Stack');
    const [suppressed, forgotten] = ['Suppressed', 'Forgotten'].map(
      (id) => new Bucket(stack, id, { enforceSSL: true, encryption: BucketEncryption.S3_MANAGED }),
    );
    if (suppressed) {
      Validations.of(suppressed).acknowledge({ id: 'AwsSolutions-S1', reason: 'for a test' });
    }

    expect(findingsOf(app)).toEqual([`AwsSolutions-S1 ${forgotten?.node.path}/Resource`]);
  });

  test('find a bucket that a user adds, although the stack’s own bucket has a suppression', () => {
    const app = checkedApp();
    new Bucket(aStack({}, app), 'Added');

    expect(findingsOf(app)).toEqual([
      'AwsSolutions-S1 Holdfast/Added/Resource',
      'AwsSolutions-S10 Holdfast/Added/Resource',
    ]);
  });

  test('find a method without authorization that a user adds to the API', () => {
    const app = checkedApp();
    const api = aStack({}, app)
      .node.findAll()
      .find((each) => each instanceof RestApi);
    api?.root.addResource('open').addMethod('GET');

    expect(findingsOf(app)).toEqual([
      'AwsSolutions-APIG4 Holdfast/Default/Api/RestApi/Default/open/GET/Resource',
    ]);
  });
});

function vpcIn(stack: Stack): IVpc {
  return Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  });
}

function checkedApp(): App {
  const app = anApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(), new ServerlessChecks());
  return app;
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

/** Returns the errors and warnings, each as a rule and the path of its construct. */
function findingsOf(app: App): string[] {
  try {
    app.synth();
  } catch (error: unknown) {
    if (!/Validation ?failed/i.test(String(error))) throw error;
  }
  const report = readFileSync(join(app.outdir, 'validation-report.json'), 'utf8');
  const { pluginReports }: Report = JSON.parse(report);
  return pluginReports
    .flatMap(({ violations }) => violations)
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
}
