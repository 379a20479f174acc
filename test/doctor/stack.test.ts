import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Finding } from '../../doctor/finding.ts';
import { checkStack } from '../../doctor/stack.ts';
import '../support/errors-of-one-realm.ts';
import { someSettings } from '../support/settings.ts';
import { type AccountState, type FakeAccount, startFakeAccount } from './fake-account.ts';

const PARAMETERS = { Settings: JSON.stringify(someSettings()) };

describe('the check of a deployed stack', () => {
  let account: FakeAccount;
  beforeAll(async () => {
    account = await startFakeAccount();
  });
  beforeEach(() => account.set({}));
  afterAll(() => account.stop());

  test('is good for a complete stack with valid settings and no dead letters', async () => {
    expect(await check({})).toMatchObject([
      { check: 'stack', level: 'good', subject: 'Holdfast', found: 'CREATE_COMPLETE' },
      { check: 'parameter', level: 'good', subject: 'Settings' },
      { check: 'dead-letters', level: 'good', subject: 'DeadLetters', found: 'no messages' },
    ]);
  });

  test.each([
    ['UPDATE_COMPLETE', 'good'],
    ['UPDATE_IN_PROGRESS', 'warning'],
    ['UPDATE_ROLLBACK_COMPLETE', 'warning'],
    ['ROLLBACK_COMPLETE', 'bad'],
    ['DELETE_FAILED', 'bad'],
  ])('with status %s is %s', async (status, level) => {
    const [stack] = await check({ stack: someStack(status) });
    expect(stack).toMatchObject({ check: 'stack', level });
  });

  test('is bad when the stack does not exist, and checks nothing else', async () => {
    const findings = await check({ stack: undefined });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      level: 'bad',
      found: 'the stack does not exist in this account and region',
    });
    expect(findings[0]?.fix).toMatch(/cdk deploy/);
  });

  test('is bad for a stack that is not Holdfast', async () => {
    const findings = await check({ stack: { status: 'CREATE_COMPLETE', outputs: {} } });
    expect(findings).toMatchObject([
      { level: 'bad', fix: expect.stringMatching(/pass the name of the Holdfast stack/) },
    ]);
  });

  test.each([
    ['{', 'the value is not JSON'],
    ['{"tiers":[]}', expect.stringMatching(/^tiers: /)],
  ])('is bad with the settings %s', async (Settings, found) => {
    const findings = await check({ parameters: { Settings } });
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'parameter', level: 'bad', found }),
    );
  });

  test('is bad when the settings parameter does not exist', async () => {
    expect(await check({ parameters: {} })).toContainEqual(
      expect.objectContaining({
        check: 'parameter',
        level: 'bad',
        found: 'the parameter does not exist',
      }),
    );
  });

  test('warns of dead letters', async () => {
    expect(await check({ deadLetters: 3 })).toContainEqual(
      expect.objectContaining({
        check: 'dead-letters',
        level: 'warning',
        found: 'messages that wait for an operator: 3',
      }),
    );
  });

  test('warns when the caller lacks the permission', async () => {
    const faults = { GetQueueAttributes: { status: 403, code: 'AccessDenied' } };
    expect(await check({ faults })).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        fix: 'allow sqs:GetQueueAttributes for your user or role',
      }),
    );
  });

  function someStack(status = 'CREATE_COMPLETE') {
    const DeadLetterQueueUrl = `${account.url}/123456789012/DeadLetters`;
    return { status, outputs: { ...OUTPUTS, DeadLetterQueueUrl } };
  }

  function check(state: Partial<AccountState>): Promise<readonly Finding[]> {
    account.set({ stack: someStack(), parameters: PARAMETERS, ...state });
    const { config } = account;
    const clients = {
      cloudFormation: new CloudFormationClient(config),
      ssm: new SSMClient(config),
      sqs: new SQSClient(config),
    };
    return checkStack(clients, { name: 'Holdfast' });
  }
});

const OUTPUTS = { ApiUrl: 'http://127.0.0.1:9/v1/', SettingsParameterName: 'Settings' };
