import { describe, expect, test } from '@jest/globals';
import { createAccessControl, credentialOf } from '../../local/iam.ts';
import { readStack } from '../../local/stack.ts';
import { anAssembly, aRole } from './support/assembly.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/Holdfast-Jobs';

function accessOf(...statements: object[]) {
  const assembly = anAssembly({ code: { Worker: '' }, resources: { Role: aRole(...statements) } });
  const access = createAccessControl(readStack(assembly, { sqs: 'http://127.0.0.1:1' }));
  const worker = { authorization: credentialOf(access.accessKeyIdOf('Holdfast-Worker')) };
  return { ...access, worker };
}

const allow = (Action: string | string[], Resource: string | string[], more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

describe('least privilege', () => {
  test.each([
    ['the granted action', 'dynamodb:GetItem', TABLE, true],
    ['another action', 'dynamodb:PutItem', TABLE, false],
    ['another resource', 'dynamodb:GetItem', `${TABLE}2`, false],
    ['the granted action in lower case', 'dynamodb:getitem', TABLE, true],
  ])('decides on %s', (_, action, resource, allowed) => {
    const { authorize, worker } = accessOf(allow('dynamodb:GetItem', TABLE));

    expect(authorize(worker, action, resource) === undefined).toBe(allowed);
  });

  test('a star matches any text', () => {
    const { authorize, worker } = accessOf(allow(['s3:Get*'], ['arn:aws:s3:::bucket/results/*']));

    expect(authorize(worker, 's3:GetObject', 'arn:aws:s3:::bucket/results/a/b')).toBeUndefined();
    expect(authorize(worker, 's3:GetObject', 'arn:aws:s3:::bucket/prompts/a')).toBeDefined();
  });

  test('a ForAllValues condition also holds for a request without the key', () => {
    const Condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['targets'] } };
    const { authorize, worker } = accessOf(allow('dynamodb:PutItem', TABLE, { Condition }));
    const put = (context?: Record<string, string>) =>
      authorize(worker, 'dynamodb:PutItem', TABLE, context) === undefined;

    expect(put({ 'dynamodb:LeadingKeys': 'targets' })).toBe(true);
    expect(put({ 'dynamodb:LeadingKeys': 'us-east-1/model' })).toBe(false);
    expect(put()).toBe(true);
  });

  test('a deny wins over an allow', () => {
    const { authorize, worker } = accessOf(allow('s3:*', '*'), {
      Effect: 'Deny',
      Action: 's3:DeleteObject',
      Resource: '*',
    });

    expect(authorize(worker, 's3:DeleteObject', 'arn:aws:s3:::b/k')).toContain('explicit deny');
  });

  test('a condition holds only for its own values, and not for a request without the key', () => {
    const key = 'bedrock:InferenceProfileArn';
    const { authorize, worker } = accessOf(
      allow('bedrock:InvokeModel', '*', {
        Condition: { StringLike: { [key]: 'arn:profile/us.*' } },
      }),
    );
    const ask = (context?: Record<string, string>) =>
      authorize(worker, 'bedrock:InvokeModel', 'arn:model', context) === undefined;

    expect(ask({ [key]: 'arn:profile/us.sonnet' })).toBe(true);
    expect(ask({ [key]: 'arn:profile/eu.sonnet' })).toBe(false);
    expect(ask()).toBe(false);
  });

  test('a caller with an unknown key, or without a signature, may do nothing', () => {
    const { authorize } = accessOf(allow('*', '*'));

    expect(authorize({ authorization: credentialOf('someone') }, 's3:GetObject', 'arn')).toMatch(
      /^User: someone is not authorized to perform: s3:GetObject on resource: arn/,
    );
    expect(authorize({}, 's3:GetObject', 'arn')).toMatch(/^User: anonymous/);
  });

  test('each denial of authorize is listed once, and none of wouldDeny', () => {
    const { authorize, wouldDeny, denied, worker } = accessOf(allow('s3:GetObject', '*'));

    wouldDeny(worker, 's3:ListBucket', 'arn:b');
    authorize(worker, 's3:PutObject', 'arn:b');
    authorize(worker, 's3:PutObject', 'arn:b');

    expect(denied()).toEqual([
      'User: Holdfast-Worker is not authorized to perform: s3:PutObject on resource: arn:b because no identity-based policy allows the s3:PutObject action',
    ]);
  });

  test('a policy that is attached to a role applies like an inline policy', () => {
    const assembly = anAssembly({
      code: { Worker: '' },
      resources: {
        Role: { Type: 'AWS::IAM::Role' },
        Policy: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            PolicyDocument: { Statement: [allow('s3:GetObject', '*')] },
            Roles: [{ Ref: 'Role' }],
          },
        },
      },
    });
    const access = createAccessControl(readStack(assembly, { sqs: '' }));
    const worker = { authorization: credentialOf(access.accessKeyIdOf('Holdfast-Worker')) };

    expect(access.authorize(worker, 's3:GetObject', 'arn:b')).toBeUndefined();
  });

  test('a statement that cannot be evaluated stops the start', () => {
    expect(() => accessOf({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' })).toThrow(
      /AWS::IAM::Role Role cannot be emulated/,
    );
    const condition = { Condition: { NumericLessThan: { a: '1' } } };
    expect(() => accessOf(allow('s3:*', '*', condition))).toThrow(/cannot be emulated/);
  });
});
