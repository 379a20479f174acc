import { describe, expect, test } from '@jest/globals';
import { aTemplate } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

const template = aTemplate();

describe.each(['Request', 'Status', 'Worker', 'Sweeper'])('the %s function', (name) => {
  const id = `${name}Function`;

  test('runs on Node 24 and arm64', () => {
    expect(propertiesOf(template, 'AWS::Lambda::Function', `${id}Handler`)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Handler: 'index.handler',
    });
  });

  test('writes JSON to its own log group, which keeps it for a month', () => {
    expect(propertiesOf(template, 'AWS::Lambda::Function', `${id}Handler`).LoggingConfig).toEqual({
      // The function itself samples debug lines, so Lambda must not drop any.
      ApplicationLogLevel: 'DEBUG',
      LogFormat: 'JSON',
      LogGroup: `{${id}Logs}`,
    });
    expect(propertiesOf(template, 'AWS::Logs::LogGroup', `${id}Logs`)).toEqual({
      RetentionInDays: 30,
    });
  });

  test('has its own role without managed policies', () => {
    const { Role } = propertiesOf(template, 'AWS::Lambda::Function', `${id}Handler`);

    expect(Role).toBe(`{${id}Role.Arn}`);
    expect(propertiesOf(template, 'AWS::IAM::Role', `${id}Role`)).not.toHaveProperty(
      'ManagedPolicyArns',
    );
  });

  test('names the stack in its metrics', () => {
    const { Environment } = propertiesOf(template, 'AWS::Lambda::Function', `${id}Handler`);

    expect(Environment).toMatchObject({
      Variables: { POWERTOOLS_SERVICE_NAME: 'Holdfast', POWERTOOLS_METRICS_NAMESPACE: 'Holdfast' },
    });
  });
});
