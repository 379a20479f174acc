import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { checkBootstrap } from '../../doctor/bootstrap.ts';
import { checkConcurrency } from '../../doctor/concurrency.ts';
import { checkCredentials } from '../../doctor/credentials.ts';
import { checkQuotas } from '../../doctor/quota.ts';
import type { Quota } from '../../doctor/quota-list.ts';
import '../support/errors-of-one-realm.ts';
import { someSettings } from '../support/settings.ts';
import { BOOTSTRAP_PARAMETER, type FakeAccount, startFakeAccount } from './fake-account.ts';

const REGION = 'us-east-1';

describe('what the doctor asks of an account', () => {
  let account: FakeAccount;
  beforeAll(async () => {
    account = await startFakeAccount();
  });
  beforeEach(() => account.set({}));
  afterAll(() => account.stop());

  describe('credentials', () => {
    const look = async () => (await checkCredentials(new STSClient(account.config)))[0];

    test('name the account and the caller', async () => {
      expect(await look()).toEqual({
        check: 'credentials',
        level: 'good',
        subject: 'account 123456789012',
        found: 'arn:aws:iam::123456789012:user/operator',
      });
    });

    test.each(['ExpiredToken', 'InvalidClientTokenId', 'SignatureDoesNotMatch'])(
      'are bad with %s',
      async (code) => {
        account.set({ faults: { GetCallerIdentity: { status: 403, code } } });
        const finding = await look();
        expect(finding).toMatchObject({ check: 'credentials', level: 'bad', found: code });
        expect(finding?.fix).toMatch(/fresh credentials/);
      },
    );

    test('are bad when there are none', async () => {
      const none = () => Promise.reject(namedError('CredentialsProviderError'));
      const [finding] = await checkCredentials(
        new STSClient({ ...account.config, credentials: none }),
      );
      expect(finding).toMatchObject({ level: 'bad', found: 'CredentialsProviderError' });
    });

    test('are not judged when nobody answers', async () => {
      account.set({ faults: { GetCallerIdentity: 'reset' } });
      const finding = await look();
      expect(finding).toMatchObject({ level: 'warning' });
      expect(finding?.fix).toMatch(/network/);
    });
  });

  describe('bootstrap', () => {
    const look = async () => (await checkBootstrap(new SSMClient(account.config), REGION))[0];

    test('is good with a version that assets ask for', async () => {
      account.set({ parameters: { [BOOTSTRAP_PARAMETER]: '6' } });
      expect(await look()).toMatchObject({ level: 'good', subject: REGION, found: 'version 6' });
    });

    test.each([
      ['an older one', { [BOOTSTRAP_PARAMETER]: '5' }, 'version 5, needed is 6 or newer'],
      ['one without a number', { [BOOTSTRAP_PARAMETER]: 'x' }, 'version x, needed is 6 or newer'],
      ['none', {}, 'this account is not bootstrapped there'],
    ])('is bad with %s', async (_, parameters, found) => {
      account.set({ parameters });
      const fix = 'AWS_REGION=us-east-1 npx cdk bootstrap';
      expect(await look()).toMatchObject({ check: 'bootstrap', level: 'bad', found, fix });
    });

    test('warns when the caller may not look', async () => {
      account.set({ faults: { GetParameter: { status: 400, code: 'AccessDeniedException' } } });
      expect(await look()).toMatchObject({ level: 'warning', fix: 'allow ssm:GetParameter' });
    });
  });

  describe('concurrency', () => {
    const look = async (lambda: readonly Quota[]) => {
      account.set({ quotas: { lambda } });
      const settings = someSettings({ jobs: { workerConcurrency: 10 } });
      return (await checkConcurrency(new ServiceQuotasClient(account.config), REGION, settings))[0];
    };
    const others = [
      { name: 'Elastic network interfaces per VPC', value: 500 },
      { name: 'Function and layer storage', value: 75 },
    ];

    test('is good when workers leave some to others, and is found on a later page', async () => {
      const finding = await look([...others, { name: 'Concurrent executions', value: 11 }]);
      expect(finding).toMatchObject({ check: 'concurrency', level: 'good' });
    });

    test('warns when workers may take all of it', async () => {
      const finding = await look([{ name: 'Concurrent executions', value: 10 }]);
      expect(finding).toMatchObject({ level: 'warning' });
      expect(finding?.fix).toMatch(/jobs\.workerConcurrency/);
    });

    test('warns when the quota is not there', async () => {
      expect(await look(others)).toMatchObject({ level: 'warning' });
    });
  });

  describe('quotas', () => {
    const TOKENS =
      'Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1';
    const REQUESTS =
      'Cross-region model inference requests per minute for Anthropic Claude Sonnet 4.5 V1';
    // 2 batches of 10 jobs, 1,000 tokens each.
    const settings = someSettings({
      tiers: [
        {
          name: 'primary',
          targets: [
            { region: REGION, modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
            { region: 'eu-west-1', modelId: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0' },
          ],
          maxTokens: 1000,
        },
      ],
      jobs: { workerConcurrency: 2 },
    });
    const look = (bedrock: readonly Quota[]) => {
      account.set({ quotas: { bedrock } });
      return checkQuotas(new ServiceQuotasClient(account.config), REGION, settings);
    };

    test('are good when they hold what full workers ask of the target', async () => {
      expect(
        await look([
          { name: TOKENS, value: 20_000 },
          { name: REQUESTS, value: 20 },
        ]),
      ).toEqual([
        {
          check: 'quota',
          subject: 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
          level: 'good',
          found: '20000 tokens a minute, 20 calls at once x maxTokens 1000: 20000',
        },
        expect.objectContaining({
          level: 'good',
          found: '20 requests a minute, calls at once: 20',
        }),
      ]);
    });

    test.each([
      [TOKENS, 19_999],
      [REQUESTS, 19],
    ])('warn and name the quota when %s is %d', async (name, value) => {
      const findings = await look([{ name, value }]);
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ level: 'warning' });
      expect(findings[0]?.fix).toContain(`"${name}"`);
    });

    test('are bad at 0, as those of some fresh accounts are', async () => {
      const found = `the quota is 0: ${TOKENS}`;
      expect(await look([{ name: TOKENS, value: 0 }])).toMatchObject([{ level: 'bad', found }]);
    });

    test('say so when none has the name of the model', async () => {
      const on = TOKENS.replace('Cross-region', 'On-demand');
      const found = 'no quota with the name of this model';
      expect(await look([{ name: on, value: 1 }])).toMatchObject([{ level: 'warning', found }]);
    });

    test('warn when the caller may not look', async () => {
      const denied = { status: 400, code: 'AccessDeniedException' };
      account.set({ faults: { ListServiceQuotas: denied } });
      const client = new ServiceQuotasClient(account.config);
      const fix = 'allow servicequotas:ListServiceQuotas';
      expect(await checkQuotas(client, REGION, settings)).toMatchObject([
        { check: 'quota', subject: REGION, level: 'warning', fix },
      ]);
    });
  });
});

function namedError(name: string): Error {
  return Object.assign(new Error('none'), { name });
}
