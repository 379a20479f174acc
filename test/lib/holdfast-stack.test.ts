import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { anApp, aStack, aTemplate } from '../support/stack.ts';
import { outputsOf } from '../support/template.ts';

const DATA = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket'];

describe('the stack', () => {
  const template = aTemplate();

  test('has the same template every time', () => {
    expect(aTemplate().toJSON()).toEqual(template.toJSON());
  });

  test('names no resource, so that an account can contain it twice', () => {
    const resources: { Type: string; Properties?: object }[] = Object.values(
      template.toJSON().Resources,
    );

    const named = resources.flatMap(({ Type, Properties = {} }) =>
      Object.entries(Properties)
        .filter(([key, value]) => key.endsWith('Name') && typeof value === 'string')
        .map(([key]) => `${Type} ${key}`),
    );
    // Most of these names need not be unique in an account. The names of the API, the bus and the
    // saved queries contain the name of the instance.
    expect(new Set(named)).toEqual(
      new Set([
        'AWS::IAM::Policy PolicyName',
        'AWS::ApiGateway::RestApi Name',
        'AWS::ApiGateway::Stage StageName',
        'AWS::CloudWatch::Alarm MetricName',
        'AWS::Events::EventBus Name',
        'AWS::Logs::QueryDefinition Name',
      ]),
    );
  });

  test('retains its data when it is deleted, but not after a first deploy that fails', () => {
    const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };

    for (const type of DATA) template.allResources(type, kept);
    // With `Retain`, each failed attempt would leave tables and a bucket behind.
    const retained = Object.values(template.findResources('*'));
    expect(retained.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain')).toEqual([]);
  });

  test('deletes its data with the removal policy DESTROY', () => {
    const gone = aTemplate({ removalPolicy: RemovalPolicy.DESTROY });

    for (const type of DATA) {
      gone.allResources(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    }
  });

  test('names its resources in outputs', () => {
    expect(outputsOf(template)).toEqual({
      ApiUrl: expect.stringMatching(/^https:/),
      ApiKeyId: '{ApiRestApiKey}',
      JobsTableName: '{JobsTable}',
      CircuitsTableName: '{CircuitsTable}',
      ResultsBucketName: '{ResultsBucket}',
      JobsQueueUrl: '{Queue}',
      DeadLetterQueueUrl: '{QueueDeadLetters}',
      EventBusName: '{EventsBus}',
      SettingsParameterName: '{SettingsParameter}',
      OperatorLogGroupName: '{OperatorLogLogs}',
      AlarmTopicArn: '{MonitoringAlarmsTopic}',
      DashboardName: '{MonitoringDashboard}',
    });
  });

  test('passes CDK’s own checks of the template', () => {
    const app = anApp({ builtinCloudFormationValidation: true });
    aStack({}, app);

    const assembly = app.synth();

    const report = readFileSync(join(assembly.directory, 'validation-report.json'), 'utf8');
    expect(JSON.parse(report).pluginReports).toEqual([]);
  });
});
