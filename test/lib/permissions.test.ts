import { describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { permissionsOf, type Statement, statementsOf } from '../support/template.ts';

const SETTINGS =
  'ssm:GetParameter arn:{AWS::Partition}:ssm:{AWS::Region}:{AWS::AccountId}:parameter/{SettingsParameter}';
/** X-Ray has no ARN that a policy could name. */
const TRACES = ['xray:PutTelemetryRecords *', 'xray:PutTraceSegments *'];

describe('the complete list of permissions of', () => {
  // One model in one region is enough: model-access.test.ts covers the permissions of targets.
  const target = { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' };
  const template = aTemplate({
    settings: oneTargetSettings({
      tiers: [{ name: 'only', targets: [target], maxTokens: 512 }],
      probe: { enabled: true },
    }),
  });

  test('the request function', () => {
    expect(permissionsOf(template, 'Request')).toEqual([
      'dynamodb:GetItem {CircuitsTable.Arn}',
      'dynamodb:GetItem {JobsTable.Arn}',
      'dynamodb:PutItem {CircuitsTable.Arn}',
      'dynamodb:PutItem {JobsTable.Arn}',
      'dynamodb:Query {CircuitsTable.Arn}',
      'dynamodb:Query {JobsTable.Arn}/index/byTenant',
      'dynamodb:UpdateItem {JobsTable.Arn}',
      'events:PutEvents {EventsBus.Arn}',
      'logs:CreateLogStream {RequestFunctionLogs.Arn}',
      'logs:PutLogEvents {RequestFunctionLogs.Arn}',
      's3:DeleteObject {ResultsBucket.Arn}/prompts/*/*',
      's3:DeleteObject {ResultsBucket.Arn}/results/*/*',
      's3:GetObject {ResultsBucket.Arn}/uploads/*/*',
      's3:ListBucket {ResultsBucket.Arn}',
      's3:PutObject {ResultsBucket.Arn}/prompts/*/*',
      's3:PutObject {ResultsBucket.Arn}/uploads/*/*',
      'sqs:SendMessage {Queue.Arn}',
      SETTINGS,
      ...TRACES,
    ]);
    expect(writesOfCircuits(template, 'Request')).toMatchObject([
      { condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['tenants'] } } },
    ]);
  });

  test('the status function, which only reads', () => {
    expect(permissionsOf(template, 'Status')).toEqual([
      'dynamodb:GetItem {JobsTable.Arn}',
      'logs:CreateLogStream {StatusFunctionLogs.Arn}',
      'logs:PutLogEvents {StatusFunctionLogs.Arn}',
      's3:GetObject {ResultsBucket.Arn}/results/*/*',
      's3:ListBucket {ResultsBucket.Arn}',
      SETTINGS,
      ...TRACES,
    ]);
  });

  test('the worker', () => {
    expect(permissionsOf(template, 'Worker')).toEqual([
      'bedrock:CountTokens arn:{AWS::Partition}:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
      'bedrock:InvokeModel arn:{AWS::Partition}:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
      'bedrock:InvokeModelWithResponseStream arn:{AWS::Partition}:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
      'dynamodb:GetItem {CircuitsTable.Arn}',
      'dynamodb:GetItem {JobsTable.Arn}',
      'dynamodb:PutItem {CircuitsTable.Arn}',
      'dynamodb:Query {CircuitsTable.Arn}',
      'dynamodb:UpdateItem {CircuitsTable.Arn}',
      'dynamodb:UpdateItem {JobsTable.Arn}',
      'events:PutEvents {EventsBus.Arn}',
      'logs:CreateLogStream {WorkerFunctionLogs.Arn}',
      'logs:PutLogEvents {WorkerFunctionLogs.Arn}',
      's3:GetObject {ResultsBucket.Arn}/prompts/*/*',
      's3:ListBucket {ResultsBucket.Arn}',
      's3:PutObject {ResultsBucket.Arn}/results/*/*',
      'sqs:ChangeMessageVisibility {Queue.Arn}',
      'sqs:DeleteMessage {Queue.Arn}',
      'sqs:GetQueueAttributes {Queue.Arn}',
      'sqs:GetQueueUrl {Queue.Arn}',
      'sqs:ReceiveMessage {Queue.Arn}',
      'sqs:SendMessage {Queue.Arn}',
      'sqs:SendMessage {QueueDeadLetters.Arn}',
      SETTINGS,
      ...TRACES,
    ]);
  });

  test('the sweeper', () => {
    expect(permissionsOf(template, 'Sweeper')).toEqual([
      'dynamodb:GetItem {CircuitsTable.Arn}',
      'dynamodb:GetItem {JobsTable.Arn}',
      'dynamodb:Query {JobsTable.Arn}/index/due',
      'dynamodb:UpdateItem {JobsTable.Arn}',
      'events:PutEvents {EventsBus.Arn}',
      'logs:CreateLogStream {SweeperFunctionLogs.Arn}',
      'logs:PutLogEvents {SweeperFunctionLogs.Arn}',
      'sqs:GetQueueAttributes {Queue.Arn}',
      'sqs:SendMessage {Queue.Arn}',
      SETTINGS,
      ...TRACES,
    ]);
  });

  test('the admin function', () => {
    expect(permissionsOf(template, 'Admin')).toEqual([
      'dynamodb:GetItem {CircuitsTable.Arn}',
      'dynamodb:GetItem {JobsTable.Arn}',
      'dynamodb:PutItem {CircuitsTable.Arn}',
      'dynamodb:Query {CircuitsTable.Arn}',
      'dynamodb:Query {JobsTable.Arn}/index/byTenant',
      'dynamodb:UpdateItem {JobsTable.Arn}',
      'events:PutEvents {EventsBus.Arn}',
      'logs:CreateLogStream {AdminFunctionLogs.Arn}',
      'logs:PutLogEvents arn:{AWS::Partition}:logs:{AWS::Region}:{AWS::AccountId}:log-group:{OperatorLogLogs}:log-stream:{OperatorLogActions}',
      'logs:PutLogEvents {AdminFunctionLogs.Arn}',
      's3:GetObject {ResultsBucket.Arn}/prompts/*/*',
      's3:GetObject {ResultsBucket.Arn}/results/*/*',
      's3:ListBucket {ResultsBucket.Arn}',
      'sqs:ChangeMessageVisibility {QueueDeadLetters.Arn}',
      'sqs:DeleteMessage {QueueDeadLetters.Arn}',
      'sqs:GetQueueAttributes {QueueDeadLetters.Arn}',
      'sqs:ReceiveMessage {QueueDeadLetters.Arn}',
      'sqs:SendMessage {Queue.Arn}',
      SETTINGS,
      ...TRACES,
    ]);
  });

  test('the lifecycle check, which may not write circuits', () => {
    expect(permissionsOf(template, 'Lifecycle')).toEqual([
      'bedrock:GetFoundationModel arn:{AWS::Partition}:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
      'dynamodb:GetItem {CircuitsTable.Arn}',
      'dynamodb:PutItem {CircuitsTable.Arn}',
      'logs:CreateLogStream {LifecycleFunctionLogs.Arn}',
      'logs:PutLogEvents {LifecycleFunctionLogs.Arn}',
      // Service Quotas has no ARN that the action could name.
      'servicequotas:ListServiceQuotas *',
      SETTINGS,
      ...TRACES,
    ]);
    expect(writesOfCircuits(template, 'Lifecycle')).toMatchObject([
      { condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['targets'] } } },
    ]);
  });

  test('the prober, which may not change counters', () => {
    expect(permissionsOf(template, 'Prober')).toEqual([
      'bedrock:InvokeModel arn:{AWS::Partition}:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
      'bedrock:InvokeModelWithResponseStream arn:{AWS::Partition}:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
      'dynamodb:GetItem {CircuitsTable.Arn}',
      'dynamodb:PutItem {CircuitsTable.Arn}',
      'logs:CreateLogStream {ProberFunctionLogs.Arn}',
      'logs:PutLogEvents {ProberFunctionLogs.Arn}',
      SETTINGS,
      ...TRACES,
    ]);
  });
});

/** Returns the statements that let the function write items of the circuits table. */
function writesOfCircuits(template: Template, name: string): readonly Statement[] {
  return statementsOf(template, name).filter(
    ({ actions, resources }) =>
      actions.includes('dynamodb:PutItem') && resources.includes('{CircuitsTable.Arn}'),
  );
}
