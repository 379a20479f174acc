import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { anApp, aStack, aTemplate } from '../support/stack.ts';
import { outputsOf } from '../support/template.ts';

const DATA = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket'];

describe('the stack', () => {
  const template = aTemplate();

  test('is the same template each time', () => {
    expect(aTemplate().toJSON()).toEqual(template.toJSON());
  });

  test('gives no resource a name, so that it can stand twice in an account', () => {
    const resources: { Type: string; Properties?: object }[] = Object.values(
      template.toJSON().Resources,
    );

    const named = resources.flatMap(({ Type, Properties = {} }) =>
      Object.entries(Properties)
        .filter(([key, value]) => key.endsWith('Name') && typeof value === 'string')
        .map(([key]) => `${Type} ${key}`),
    );
    // None of these has to be unique: a policy lives in its role, a stage in its API, an alarm's
    // metric in its dimensions, and an API, a bus and saved queries have the name of their
    // instance.
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

  test('outlives its deletion where there is data, unless told otherwise', () => {
    const gone = aTemplate({ removalPolicy: RemovalPolicy.DESTROY });

    for (const type of DATA) {
      template.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      gone.allResources(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    }
  });

  test('tells where its parts are', () => {
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
      AlarmTopicArn: '{MonitoringAlarmsTopic}',
      DashboardName: '{MonitoringDashboard}',
    });
  });

  test('passes the checks of CloudFormation templates that come with CDK', () => {
    const app = anApp({ builtinCloudFormationValidation: true });
    aStack({}, app);

    const assembly = app.synth();

    const report = readFileSync(join(assembly.directory, 'validation-report.json'), 'utf8');
    expect(JSON.parse(report).pluginReports).toEqual([]);
  });
});
