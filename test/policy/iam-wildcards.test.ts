import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { aStack, aTemplate } from '../support/stack.ts';

/** The action and resource of each allowed wildcard, with its reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  'servicequotas:ListServiceQuotas *': 'the action takes no resource',
  'xray:PutTelemetryRecords *': 'X-Ray has no resources that a policy could name',
  'xray:PutTraceSegments *': 'X-Ray has no resources that a policy could name',
  's3:PutObject {Results}/uploads/*/*': 'the keys of all uploads',
  's3:GetObject {Results}/uploads/*/*': 'the keys of all uploads',
  's3:DeleteObject {Results}/prompts/*/*': 'the keys of all jobs, one kind of object',
  's3:DeleteObject {Results}/results/*/*': 'the keys of all jobs, one kind of object',
  's3:PutObject {Results}/prompts/*/*': 'the keys of all jobs, one kind of object',
  's3:GetObject {Results}/prompts/*/*': 'the keys of all jobs, one kind of object',
  's3:PutObject {Results}/results/*/*': 'the keys of all jobs, one kind of object',
  's3:GetObject {Results}/results/*/*': 'the keys of all jobs, one kind of object',
};

describe('the policies of the template', () => {
  test('allow only the wildcards in the list, and use all of them', () => {
    expect(wildcardsOf(aTemplate())).toEqual(Object.keys(ALLOWED).sort());
  });

  test('include statements that are added to a role later', () => {
    const stack = aStack();
    const handler = stack.node.findAll().find((each) => each instanceof LambdaFunction);
    handler?.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:*', 'ssm:GetParameter'], resources: ['*'] }),
    );

    expect(wildcardsOf(Template.fromStack(stack))).toEqual(
      expect.arrayContaining(['sqs:* *', 'ssm:GetParameter *']),
    );
  });
});

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
}

/** Returns sorted lines, one for each allowed pair of action and resource that has a wildcard. */
function wildcardsOf(template: Template): string[] {
  const allowed = statementsIn(template.toJSON().Resources).filter(
    ({ Effect }) => Effect === 'Allow',
  );
  const lines = allowed.flatMap(({ Action, Resource }) =>
    [Action]
      .flat()
      .flatMap((action) => [Resource].flat().map((each) => `${action} ${named(each)}`)),
  );
  return [...new Set(lines)].filter((line) => line.includes('*')).sort();
}

/** Returns the statements of all policy documents: of roles, queues and buckets, inline or not. */
function statementsIn(value: unknown): Statement[] {
  if (Array.isArray(value)) return value.flatMap(statementsIn);
  if (value === null || typeof value !== 'object') return [];
  if ('Effect' in value && 'Action' in value) return [value as Statement];
  return Object.values(value).flatMap(statementsIn);
}

function named(resource: unknown): string {
  return JSON.stringify(resource ?? '')
    .replace(/^\{"Fn::Join":\["",\[(.*)\]\]\}$/, '$1')
    .replace(/\{"Fn::GetAtt":\["(\w+?)(?:Bucket)?[0-9A-F]{8}","Arn"\]\}/g, '{$1}')
    .replace(/[",]/g, '');
}
