import { describe, expect, test } from '@jest/globals';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { aTemplate } from '../support/stack.ts';
import { outputsOf, permissionsOf, propertiesOf, resourcesOf } from '../support/template.ts';

const template = aTemplate();
const LOG = { Properties: { RetentionInDays: 365 } };

describe('the log of operators’ actions', () => {
  test('outlives the stack, with its events, but not a first deploy that fails', () => {
    template.hasResource('AWS::Logs::LogGroup', {
      ...LOG,
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    template.allResources('AWS::Logs::LogStream', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('is deleted with a stack that keeps no data', () => {
    const gone = aTemplate({ removalPolicy: RemovalPolicy.DESTROY });

    gone.hasResource('AWS::Logs::LogGroup', { ...LOG, DeletionPolicy: 'Delete' });
  });

  test('is named in an output, because it has to be found without the stack', () => {
    expect(outputsOf(template).OperatorLogGroupName).toBe('{OperatorLogLogs}');
  });

  test('is written by the admin function alone, which cannot delete or read it', () => {
    const stream = '{OperatorLogLogs}:log-stream:{OperatorLogActions}';
    const arn = `arn:{AWS::Partition}:logs:{AWS::Region}:{AWS::AccountId}:log-group:${stream}`;

    const allowed = resourcesOf(template, 'AWS::IAM::Policy').flatMap(({ id }) =>
      permissionsOf(template, id)
        .filter((line) => line.includes('OperatorLog'))
        .map((line) => `${id}: ${line}`),
    );
    expect(allowed).toEqual([`AdminFunctionRoleDefaultPolicy: logs:PutLogEvents ${arn}`]);
  });

  test('is beside the function’s own log, which the stack deletes', () => {
    const { LoggingConfig, Environment } = propertiesOf(
      template,
      'AWS::Lambda::Function',
      'AdminFunctionHandler',
    );

    expect(LoggingConfig).toMatchObject({ LogGroup: '{AdminFunctionLogs}' });
    expect(Environment).toMatchObject({
      Variables: {
        OPERATOR_LOG_GROUP: '{OperatorLogLogs}',
        OPERATOR_LOG_STREAM: '{OperatorLogActions}',
      },
    });
  });
});
