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

  test('is good all through when it serves', async () => {
    expect(await look({})).toMatchObject([
      { check: 'stack', level: 'good', subject: 'Holdfast', found: 'CREATE_COMPLETE' },
      { check: 'parameter', level: 'good', subject: 'Settings' },
      { check: 'dead-letters', level: 'good', subject: 'DeadLetters', found: 'none' },
    ]);
  });

  test.each([
    ['UPDATE_COMPLETE', 'good'],
    ['UPDATE_IN_PROGRESS', 'warning'],
    ['UPDATE_ROLLBACK_COMPLETE', 'warning'],
    ['ROLLBACK_COMPLETE', 'bad'],
    ['DELETE_FAILED', 'bad'],
  ])('with status %s is %s', async (status, level) => {
    const [stack] = await look({ stack: someStack(status) });
    expect(stack).toMatchObject({ check: 'stack', level });
  });

  test('is bad, and asks no further, when there is none', async () => {
    const findings = await look({ stack: undefined });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ level: 'bad', found: 'no such stack' });
    expect(findings[0]?.fix).toMatch(/cdk deploy/);
  });

  test('is bad for a stack of something else', async () => {
    const findings = await look({ stack: { status: 'CREATE_COMPLETE', outputs: {} } });
    expect(findings).toMatchObject([
      { level: 'bad', fix: expect.stringMatching(/name the stack/) },
    ]);
  });

  test.each([
    ['{', 'is not JSON'],
    ['{"tiers":[]}', expect.stringMatching(/^tiers: /)],
  ])('is bad with the settings %s', async (Settings, found) => {
    const findings = await look({ parameters: { Settings } });
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'parameter', level: 'bad', found }),
    );
  });

  test('is bad without its settings', async () => {
    expect(await look({ parameters: {} })).toContainEqual(
      expect.objectContaining({ check: 'parameter', level: 'bad', found: 'there is none' }),
    );
  });

  test('warns of dead letters', async () => {
    expect(await look({ deadLetters: 3 })).toContainEqual(
      expect.objectContaining({ check: 'dead-letters', level: 'warning', found: '3 messages' }),
    );
  });

  test('warns when the caller may not look', async () => {
    const faults = { GetQueueAttributes: { status: 403, code: 'AccessDenied' } };
    expect(await look({ faults })).toContainEqual(
      expect.objectContaining({ level: 'warning', fix: 'allow sqs:GetQueueAttributes' }),
    );
  });

  function someStack(status = 'CREATE_COMPLETE') {
    const DeadLetterQueueUrl = `${account.url}/123456789012/DeadLetters`;
    return { status, outputs: { ...OUTPUTS, DeadLetterQueueUrl } };
  }

  function look(state: Partial<AccountState>): Promise<readonly Finding[]> {
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
