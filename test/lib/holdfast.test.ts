import { describe, expect, test } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ApiKey } from 'aws-cdk-lib/aws-apigateway';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Stack } from 'aws-cdk-lib/core';
import { Holdfast, type HoldfastProps } from '../../lib/holdfast.ts';
import { anApp, aStack, aTemplate, oneTargetSettings } from '../support/stack.ts';
import { permissionsOf, propertiesOf, resourcesOf } from '../support/template.ts';

function aHoldfast(stack: Stack, id: string, props: Partial<HoldfastProps> = {}): Holdfast {
  return new Holdfast(stack, id, {
    settings: oneTargetSettings(),
    code: () => Code.fromInline('export const handler = () => {};'),
    ...props,
  });
}

/** Returns the bus name and the metrics' service dimension of each instance in the stacks. */
function namesIn(...stacks: Stack[]): { buses: unknown[]; services: unknown[] } {
  const templates = stacks.map((stack) => Template.fromStack(stack));
  const functions = templates.flatMap((each) => resourcesOf(each, 'AWS::Lambda::Function'));
  const services = functions.map(
    ({ properties }) =>
      (properties.Environment as { Variables: Record<string, string> }).Variables
        .POWERTOOLS_SERVICE_NAME,
  );
  const buses = templates
    .flatMap((each) => resourcesOf(each, 'AWS::Events::EventBus'))
    .map(({ properties }) => properties.Name);
  return { buses, services: [...new Set(services)] };
}

describe('several instances', () => {
  test('have different names in one stack', () => {
    const stack = new Stack(anApp(), 'Ours');
    const [chat, batch] = ['Chat', 'Batch'].map((id) => aHoldfast(stack, id));

    const { buses, services } = namesIn(stack);

    expect(chat?.service).toMatch(/^Ours-Chat-/);
    expect(buses).toEqual([chat?.service, batch?.service]);
    expect(services).toEqual(buses);
  });

  test('have different names in two stacks of one account', () => {
    const app = anApp();
    const stacks = ['Blue', 'Green'].map((id) => new Stack(app, id));
    for (const stack of stacks) aHoldfast(stack, 'Llm');

    const { buses, services } = namesIn(...stacks);

    expect(new Set(buses).size).toBe(2);
    expect(services).toEqual(buses);
  });

  test('show and watch only their own metrics', () => {
    const stack = new Stack(anApp(), 'Ours');
    const { service } = aHoldfast(stack, 'Llm');
    const template = Template.fromStack(stack);

    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');
    const body = JSON.stringify(resourcesOf(template, 'AWS::CloudWatch::Dashboard'));

    expect(alarms).not.toEqual([]);
    expect(body).toContain(service);
    expect(JSON.stringify(alarms) + body).not.toMatch(/"service[\\", ]+(value[\\": ]+)?Ours[\\"]/);
  });
});

describe('an app with an instance', () => {
  test('adds a rule for some completion events', () => {
    const stack = new Stack(anApp(), 'Ours');
    const target = new SqsQueue(new Queue(stack, 'Ended'));
    aHoldfast(stack, 'Llm').onJobEnded('Failures', {
      target,
      eventPattern: { detail: { status: ['FAILED'] } },
    });

    const rule = propertiesOf(Template.fromStack(stack), 'AWS::Events::Rule', 'LlmEventsFailures');

    expect(rule).toMatchObject({
      EventBusName: '{LlmEventsBus}',
      EventPattern: {
        source: ['holdfast'],
        'detail-type': ['Job ended'],
        detail: { status: ['FAILED'] },
      },
      Targets: [{ Arn: '{Ended.Arn}' }],
    });
  });

  test('grants an operator only the operators’ routes', () => {
    const stack = new Stack(anApp(), 'Ours');
    const role = new Role(stack, 'Operator', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    });
    aHoldfast(stack, 'Llm').grantOperate(role);

    expect(permissionsOf(Template.fromStack(stack), 'Operator')).toEqual([
      'execute-api:Invoke arn:{AWS::Partition}:execute-api:{AWS::Region}:{AWS::AccountId}:{LlmApiRestApi}/{LlmApiRestApiDeploymentStagev1}/*/admin/*',
    ]);
  });

  test('gets the metrics of its own instance', () => {
    const stack = new Stack(anApp(), 'Ours');
    const llm = aHoldfast(stack, 'Llm');

    expect(llm.metric('JobsDegraded', { label: 'degraded' })).toMatchObject({
      namespace: 'Holdfast',
      metricName: 'JobsDegraded',
      statistic: 'Sum',
      label: 'degraded',
      dimensions: { service: llm.service },
    });
  });

  test('gets an error with a line for each fault in the settings', () => {
    const stack = new Stack(anApp(), 'Ours');
    const target = { region: 'mars-1', modelId: 'amazon.nova-lite-v1:0' };
    const settings = { tiers: [{ name: 'only', targets: [target], maxTokens: 0 }] };

    expect(() => aHoldfast(stack, 'Llm', { settings })).toThrow(
      /tiers\[0\]\.targets\[0\]\.region: got "mars-1".*\n.*tiers\[0\]\.maxTokens: got 0/,
    );
  });
});

describe('an existing API key', () => {
  const stack = new Stack(anApp(), 'Ours');
  aHoldfast(stack, 'Llm', { apiKey: ApiKey.fromApiKeyId(stack, 'Key', 'abc123') });
  const template = Template.fromStack(stack);

  test('joins the usage plan instead of a new key', () => {
    template.resourceCountIs('AWS::ApiGateway::ApiKey', 0);
    template.hasResourceProperties('AWS::ApiGateway::UsagePlanKey', {
      KeyId: 'abc123',
      KeyType: 'API_KEY',
    });
  });
});

describe('an encryption key', () => {
  const stack = new Stack(anApp(), 'Ours');
  aHoldfast(stack, 'Llm', { encryptionKey: new Key(stack, 'Key') });
  const template = Template.fromStack(stack);

  test('encrypts tables, bucket and queues', () => {
    for (const { properties } of resourcesOf(template, 'AWS::DynamoDB::Table')) {
      expect(properties.SSESpecification).toEqual({
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: '{Key.Arn}',
      });
    }
    for (const { properties } of resourcesOf(template, 'AWS::SQS::Queue')) {
      expect(properties.KmsMasterKeyId).toBe('{Key.Arn}');
    }
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: Match.anyValue(),
            },
          },
        ],
      },
    });
  });

  test('may be used by each function, but only through the services that store data', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function').length;
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));

    expect(policies.match(/"kms:ViaService"/g)).toHaveLength(functions);
  });
});

describe('a VPC', () => {
  const stack = new Stack(anApp(), 'Ours');
  aHoldfast(stack, 'Llm', { vpc: new Vpc(stack, 'Vpc') });
  const template = Template.fromStack(stack);

  test('has all functions in its private subnets, with one security group', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function').filter(({ id }) =>
      id.startsWith('Llm'),
    );

    expect(functions.length).toBeGreaterThan(4);
    for (const { properties } of functions) {
      expect(properties.VpcConfig).toEqual({
        SecurityGroupIds: ['{LlmNetworkSecurityGroup.GroupId}'],
        SubnetIds: ['{VpcPrivateSubnet1Subnet}', '{VpcPrivateSubnet2Subnet}'],
      });
    }
  });

  test('lets Lambda make network interfaces with each role', () => {
    const allowed = permissionsOf(template, 'LlmWorker');

    expect(allowed).toContain('ec2:CreateNetworkInterface *');
    expect(permissionsOf(aTemplate(), 'Worker')).not.toContain('ec2:CreateNetworkInterface *');
  });

  test('contains no cache by default', () => {
    template.resourceCountIs('AWS::ElastiCache::ServerlessCache', 0);
  });
});

describe('circuits in Valkey', () => {
  const stack = new Stack(anApp(), 'Ours');
  aHoldfast(stack, 'Llm', { vpc: new Vpc(stack, 'Vpc'), valkey: true });
  const template = Template.fromStack(stack);

  test('are in a cache that only the functions can reach', () => {
    const cache = propertiesOf(template, 'AWS::ElastiCache::ServerlessCache', 'LlmCache');

    expect(cache).toMatchObject({
      Engine: 'valkey',
      SecurityGroupIds: ['{LlmCacheSecurityGroup.GroupId}'],
      SubnetIds: ['{VpcPrivateSubnet1Subnet}', '{VpcPrivateSubnet2Subnet}'],
    });
    expect(cache.ServerlessCacheName).toMatch(/^[a-z][a-z0-9-]{0,39}$/);
    const rules = ['Ingress', 'Egress'].map((way) =>
      resourcesOf(template, `AWS::EC2::SecurityGroup${way}`).map(({ properties }) => properties),
    );
    const [cacheGroup, functions] = [
      '{LlmCacheSecurityGroup.GroupId}',
      '{LlmNetworkSecurityGroup.GroupId}',
    ];
    const ports = [6379, 6380].map((port) => ({ FromPort: port, ToPort: port }));
    expect(rules).toMatchObject([
      ports.map((port) => ({ ...port, GroupId: cacheGroup, SourceSecurityGroupId: functions })),
      ports.map((port) => ({
        ...port,
        GroupId: functions,
        DestinationSecurityGroupId: cacheGroup,
      })),
    ]);
  });

  test('have a TLS address in the settings that the functions read', () => {
    const { Value } = propertiesOf(template, 'AWS::SSM::Parameter', 'LlmSettingsParameter');

    expect(JSON.parse(String(Value))).toMatchObject({
      breaker: {
        store: 'redis',
        redisUrl: 'rediss://{LlmCache.Endpoint.Address}:{LlmCache.Endpoint.Port}?cluster=true',
      },
    });
  });
});

describe('circuits in a Redis server of the user', () => {
  const redisUrl = 'rediss://redis.internal:6380';
  const settings = oneTargetSettings({ breaker: { store: 'redis', redisUrl } });
  const rulesIn = (template: Template) =>
    ['Ingress', 'Egress'].flatMap((way) =>
      resourcesOf(template, `AWS::EC2::SecurityGroup${way}`).map(({ properties }) => properties),
    );

  test('are reached at their port, in the security group of the server', () => {
    const stack = new Stack(anApp(), 'Ours');
    const vpc = new Vpc(stack, 'Vpc');
    const redisSecurityGroup = new SecurityGroup(stack, 'Redis', { vpc });
    aHoldfast(stack, 'Llm', { settings, vpc, redisSecurityGroup });

    expect(rulesIn(Template.fromStack(stack))).toMatchObject([
      {
        GroupId: '{Redis.GroupId}',
        SourceSecurityGroupId: '{LlmNetworkSecurityGroup.GroupId}',
        FromPort: 6380,
        ToPort: 6380,
      },
      {
        GroupId: '{LlmNetworkSecurityGroup.GroupId}',
        DestinationSecurityGroupId: '{Redis.GroupId}',
        FromPort: 6380,
        ToPort: 6380,
      },
    ]);
  });

  test('are reached at their port of any address if the security group is not known', () => {
    const stack = new Stack(anApp(), 'Ours');
    aHoldfast(stack, 'Llm', { settings, vpc: new Vpc(stack, 'Vpc') });
    const group = propertiesOf(
      Template.fromStack(stack),
      'AWS::EC2::SecurityGroup',
      'LlmNetworkSecurityGroup',
    );

    expect(group.SecurityGroupEgress).toMatchObject([
      { CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 },
      { CidrIp: '0.0.0.0/0', FromPort: 6380, ToPort: 6380 },
    ]);
  });

  test('use the usual port of Redis if their address names none', () => {
    const stack = new Stack(anApp(), 'Ours');
    const breaker = { store: 'redis', redisUrl: 'redis://redis.internal' } as const;
    aHoldfast(stack, 'Llm', {
      settings: oneTargetSettings({ breaker }),
      vpc: new Vpc(stack, 'Vpc'),
    });

    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: Match.arrayWith([Match.objectLike({ FromPort: 6379, ToPort: 6379 })]),
    });
  });

  test('have a password that only the functions with circuits may read', () => {
    const stack = new Stack(anApp(), 'Ours');
    const encryptionKey = new Key(stack, 'Key');
    const redisSecret = new Secret(stack, 'Password', { encryptionKey });
    aHoldfast(stack, 'Llm', { settings, redisSecret });
    const template = Template.fromStack(stack);

    const readers = resourcesOf(template, 'AWS::IAM::Policy')
      .map(({ id }) => id)
      .filter((id) =>
        permissionsOf(template, id).includes('secretsmanager:GetSecretValue {Password}'),
      );
    expect(readers).toEqual(
      ['Request', 'Worker', 'Sweeper', 'Admin'].map(
        (name) => `Llm${name}FunctionRoleDefaultPolicy`,
      ),
    );
    for (const id of readers)
      expect(permissionsOf(template, id)).toContain('kms:Decrypt {Key.Arn}');
    const { Value } = propertiesOf(template, 'AWS::SSM::Parameter', 'LlmSettingsParameter');
    expect(JSON.parse(String(Value)).breaker).toMatchObject({
      store: 'redis',
      redisUrl,
      redisSecretArn: '{Password}',
    });
  });

  test('have a password that the settings can name instead', () => {
    const stack = new Stack(anApp(), 'Ours');
    const redisSecretArn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:redis-AbCdEf';
    const breaker = { store: 'redis', redisUrl, redisSecretArn } as const;
    aHoldfast(stack, 'Llm', { settings: oneTargetSettings({ breaker }) });

    expect(permissionsOf(Template.fromStack(stack), 'LlmWorker')).toContain(
      `secretsmanager:GetSecretValue ${redisSecretArn}`,
    );
  });
});

test('point-in-time recovery of both tables is on unless it is turned off', () => {
  const recovery = (template: Template) =>
    resourcesOf(template, 'AWS::DynamoDB::Table').map(
      ({ properties }) => properties.PointInTimeRecoverySpecification,
    );

  const [on, off] = [aTemplate(), aTemplate({ pointInTimeRecovery: false })].map(recovery);

  expect(on).toEqual(Array(2).fill({ PointInTimeRecoveryEnabled: true }));
  expect(off).toEqual(Array(2).fill({ PointInTimeRecoveryEnabled: false }));
});

test('the stack adds no prefix to the logical ids of its instance', () => {
  expect(aStack().node.findChild('Default')).toBeInstanceOf(Holdfast);
  propertiesOf(aTemplate(), 'AWS::DynamoDB::Table', 'JobsTable');
});
