import type { Identity } from './template.ts';

/** The account, Region and stack name of the embedded run. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
export const STACK_NAME = 'Holdfast';

export const PSEUDO_PARAMETERS = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': STACK_NAME,
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${STACK_NAME}/local`,
} as const;

/** Types that the embedded run starts or reads. */
const EMULATED = [
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Model',
  'AWS::ApiGateway::RequestValidator',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Logs::LogStream',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::SSM::Parameter',
  'AWS::Scheduler::Schedule',
];

/** Types that only observe, document or protect a stack, so the embedded run skips them. */
const INERT = [
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::Deployment',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::QueryDefinition',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
];

const KNOWN: ReadonlySet<string> = new Set([...EMULATED, ...INERT]);

/** Throws for a type that would otherwise be skipped silently. */
export function refuseUnknownTypes(types: Readonly<Record<string, string>>): void {
  const unknown = Object.entries(types).filter(([, type]) => !KNOWN.has(type));
  if (unknown.length === 0) return;
  const names = unknown.map(([logicalId, type]) => `${type} (${logicalId})`).join(', ');
  throw new Error(`resource type not emulated: ${names}`);
}

/**
 * Returns the names that CloudFormation would generate, without their random part. The eight-digit
 * hash at the end of CDK's logical ids is kept only if two resources would otherwise share a name.
 */
export function physicalNames(logicalIds: readonly string[]): ReadonlyMap<string, string> {
  const shortId = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');
  const uses = Map.groupBy(logicalIds, shortId);
  return new Map(
    logicalIds.map((logicalId) => {
      const isUnique = uses.get(shortId(logicalId))?.length === 1;
      return [logicalId, `${STACK_NAME}-${isUnique ? shortId(logicalId) : logicalId}`];
    }),
  );
}

/** The servers whose address becomes part of a resource's identity. */
export interface Addresses {
  /** URL of the server for SQS, without a trailing slash. */
  readonly sqs: string;
}

/** Returns the values of `Ref` and `Fn::GetAtt` of a resource. */
export function identify(type: string, name: string, addresses: Addresses): Identity {
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
  const of = (ref: string, attributes: Record<string, string> = {}): Identity => ({
    ref,
    attributes,
  });
  switch (type) {
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable':
      return of(name, { Arn: arn('dynamodb', `table/${name}`) });
    case 'AWS::SQS::Queue': {
      const url = `${addresses.sqs}/${ACCOUNT}/${name}`;
      return of(url, { Arn: arn('sqs', name), QueueName: name, QueueUrl: url });
    }
    case 'AWS::S3::Bucket': {
      const bucket = name.toLowerCase();
      return of(bucket, {
        Arn: `arn:aws:s3:::${bucket}`,
        DomainName: `${bucket}.s3.amazonaws.com`,
        RegionalDomainName: `${bucket}.s3.${REGION}.amazonaws.com`,
      });
    }
    case 'AWS::Lambda::Function':
      return of(name, { Arn: arn('lambda', `function:${name}`) });
    case 'AWS::IAM::Role':
      return of(name, { Arn: `arn:aws:iam::${ACCOUNT}:role/${name}`, RoleId: name });
    case 'AWS::Events::EventBus':
      return of(name, { Arn: arn('events', `event-bus/${name}`), Name: name });
    case 'AWS::Events::Rule':
      return of(name, { Arn: arn('events', `rule/${name}`) });
    case 'AWS::Logs::LogGroup':
      return of(name, { Arn: arn('logs', `log-group:${name}:*`) });
    case 'AWS::SNS::Topic':
      return of(arn('sns', name), { TopicArn: arn('sns', name), TopicName: name });
    case 'AWS::ApiGateway::RestApi':
      return of(name, { RestApiId: name, RootResourceId: rootResourceId(name) });
    case 'AWS::ApiGateway::ApiKey':
      return of(name, { APIKeyId: name });
    default:
      return of(name);
  }
}

export function rootResourceId(restApiId: string): string {
  return `${restApiId}/`;
}
