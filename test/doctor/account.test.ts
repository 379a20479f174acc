import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { checkAccessLogs } from '../../doctor/access-logs.ts';
import { checkBootstrap } from '../../doctor/bootstrap.ts';
import { checkConcurrency } from '../../doctor/concurrency.ts';
import { checkCredentials } from '../../doctor/credentials.ts';
import { checkQuotas } from '../../doctor/quota.ts';
import { checkRedisSecret } from '../../doctor/redis-secret.ts';
import { regionOfSecret } from '../../lambda/aws/secret-text.ts';
import type { QuotaLimits } from '../../lambda/contract/policy.ts';
import '../support/errors-of-one-realm.ts';
import { someSettings } from '../support/settings.ts';
import {
  type AccountState,
  BOOTSTRAP_PARAMETER,
  type FakeAccount,
  type Quota,
  startFakeAccount,
} from './fake-account.ts';

const REGION = 'us-east-1';

describe('the checks of an account', () => {
  let account: FakeAccount;
  beforeAll(async () => {
    account = await startFakeAccount();
  });
  beforeEach(() => account.set({}));
  afterAll(() => account.stop());

  describe('credentials', () => {
    const check = async () => (await checkCredentials(new STSClient(account.config)))[0];

    test('name the account and the caller', async () => {
      expect(await check()).toEqual({
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
        const finding = await check();
        expect(finding).toMatchObject({
          check: 'credentials',
          level: 'bad',
          found: `no valid credentials: ${code}`,
        });
        expect(finding?.fix).toMatch(/new credentials/);
      },
    );

    test('are bad when there are none', async () => {
      const noCredentials = () => Promise.reject(namedError('CredentialsProviderError'));
      const [finding] = await checkCredentials(
        new STSClient({ ...account.config, credentials: noCredentials }),
      );
      expect(finding).toMatchObject({
        level: 'bad',
        found: 'no valid credentials: CredentialsProviderError',
      });
    });

    test('are a warning when AWS does not answer', async () => {
      account.set({ faults: { GetCallerIdentity: 'reset' } });
      const finding = await check();
      expect(finding).toMatchObject({ level: 'warning' });
      expect(finding?.fix).toMatch(/network/);
    });
  });

  describe('bootstrap', () => {
    const check = async () => (await checkBootstrap(new SSMClient(account.config), REGION))[0];

    test('is good with a version that assets need', async () => {
      account.set({ parameters: { [BOOTSTRAP_PARAMETER]: '6' } });
      expect(await check()).toMatchObject({
        level: 'good',
        subject: REGION,
        found: 'bootstrap version 6',
      });
    });

    test.each([
      [
        'an older one',
        { [BOOTSTRAP_PARAMETER]: '5' },
        'bootstrap version 5, but 6 or newer is needed',
      ],
      [
        'one without a number',
        { [BOOTSTRAP_PARAMETER]: 'x' },
        'bootstrap version x, but 6 or newer is needed',
      ],
      ['none', {}, 'this account is not bootstrapped in this region'],
    ])('is bad with %s', async (_, parameters, found) => {
      account.set({ parameters });
      const fix = 'run `AWS_REGION=us-east-1 npx cdk bootstrap`';
      expect(await check()).toMatchObject({ check: 'bootstrap', level: 'bad', found, fix });
    });

    test('warns when the caller lacks the permission', async () => {
      account.set({ faults: { GetParameter: { status: 400, code: 'AccessDeniedException' } } });
      expect(await check()).toMatchObject({
        level: 'warning',
        fix: 'allow ssm:GetParameter for your user or role',
      });
    });
  });

  describe('access logs', () => {
    const ROLE = 'arn:aws:iam::123456789012:role/logs';
    const check = async (role: string | undefined, deploysRole: boolean) => {
      account.set({ gatewayLogRole: role });
      return (await checkAccessLogs(new APIGatewayClient(account.config), REGION, deploysRole))[0];
    };

    test('are good with a role of the account', async () => {
      expect(await check(ROLE, false)).toEqual({
        check: 'access-logs',
        subject: REGION,
        level: 'good',
        found: `API Gateway writes access logs with ${ROLE}`,
      });
    });

    test('are bad without one, because API Gateway then refuses the stage', async () => {
      const finding = await check(undefined, false);
      expect(finding).toMatchObject({ level: 'bad' });
      expect(finding?.found).toMatch(/^API Gateway has no role .*, so a deploy fails$/);
      expect(finding?.fix).toMatch(/`-c gatewayLogRole=true`/);
    });

    test('are good without one if the deploy makes it', async () => {
      expect(await check(undefined, true)).toMatchObject({ level: 'good' });
    });

    test('warn of a deploy that would replace the role of all other APIs', async () => {
      const finding = await check(ROLE, true);
      expect(finding).toMatchObject({ level: 'warning' });
      expect(finding?.found).toMatch(
        /role\/logs, which a deploy with gatewayLogRole replaces for all/,
      );
      expect(finding?.fix).toMatch(/^deploy without gatewayLogRole/);
    });

    test('warn when the caller lacks the permission', async () => {
      const denied = { GetAccount: { status: 403, code: 'AccessDeniedException' } };
      account.set({ faults: denied });
      const client = new APIGatewayClient(account.config);
      expect(await checkAccessLogs(client, REGION)).toMatchObject([
        { level: 'warning', fix: 'allow apigateway:GET for your user or role' },
      ]);
    });
  });

  describe('the secret of Redis', () => {
    const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:redis-AbCdEf';
    const check = async (secrets: AccountState['secrets']) => {
      account.set({ secrets });
      return (await checkRedisSecret(new SecretsManagerClient(account.config), ARN))[0];
    };

    test.each<[AccountState['secrets'], object]>([
      [{ [ARN]: 'present' }, { level: 'good', found: 'the secret exists' }],
      [{ [ARN]: 'deleted' }, { level: 'bad', found: 'the secret is scheduled for deletion' }],
      [
        {},
        { level: 'bad', found: 'the secret does not exist', fix: /correct breaker.redisSecretArn/ },
      ],
    ])('with %j is %j', async (secrets, { fix, ...result }: { readonly fix?: RegExp }) => {
      const finding = await check(secrets);
      expect(finding).toMatchObject({ check: 'redis-secret', subject: ARN, ...result });
      if (fix) expect(finding?.fix).toMatch(fix);
    });

    test('is looked up in its own region', () => {
      expect(regionOfSecret(ARN)).toBe('eu-west-1');
    });
  });

  describe('concurrency', () => {
    // 10 workers, and 4.5 requests per second that wait for 5 s.
    const settings = someSettings({
      jobs: { workerConcurrency: 10 },
      api: { keyRequestsPerSecond: 4.5 },
    });
    const checkAll = async (lambda: readonly Quota[], reserved?: number) => {
      account.set({ quotas: { lambda } });
      const client = new ServiceQuotasClient(account.config);
      return (await checkConcurrency(client, REGION, settings, reserved))[0];
    };
    const check = (value: number, reserved?: number) =>
      checkAll([{ name: 'Concurrent executions', value }], reserved);
    const others = [
      { name: 'Elastic network interfaces per VPC', value: 500 },
      { name: 'Function and layer storage', value: 75 },
    ];

    test('is good when workers and waiting requests leave some unused', async () => {
      expect(await check(34)).toEqual({
        check: 'concurrency',
        subject: REGION,
        level: 'good',
        found:
          'the quota is 34 concurrent executions; workers use up to 10, and requests that wait use up to 23 (one key, 4.5 requests per second x 5 s)',
      });
    });

    test('is found on a later page too', async () => {
      const quotas = [...others, { name: 'Concurrent executions', value: 1000 }];
      expect(await checkAll(quotas)).toMatchObject({ level: 'good' });
    });

    test('warns in a new account, where ten requests that wait stop the workers', async () => {
      const finding = await check(10);
      expect(finding).toMatchObject({ level: 'warning' });
      expect(finding?.fix).toBe(
        'request a quota "Concurrent executions" of Lambda above 33, or lower api.keyRequestsPerSecond and jobs.workerConcurrency',
      );
    });

    test('warns with the default settings below a quota of 300', async () => {
      account.set({ quotas: { lambda: [{ name: 'Concurrent executions', value: 260 }] } });
      const client = new ServiceQuotasClient(account.config);
      const [finding] = await checkConcurrency(client, REGION, someSettings());
      expect(finding).toMatchObject({ level: 'warning' });
      expect(finding?.fix).toMatch(
        /above 300, .*, or reserve a part of it with statusConcurrency$/,
      );
    });

    test('is good when a reservation leaves 100 to the other functions', async () => {
      const finding = await check(150, 50);
      expect(finding).toMatchObject({ level: 'good' });
      expect(finding?.found).toMatch(/; workers use up to 10, and 50 are reserved for requests/);
    });

    test.each([
      [10, 1, 'a new account'],
      [149, 50, 'an account without room for it'],
    ])('is bad with a quota of %d and a reservation of %d: %s', async (quota, reserved) => {
      const finding = await check(quota, reserved);
      expect(finding).toMatchObject({ level: 'bad' });
      expect(finding?.fix).toBe(
        `deploy without statusConcurrency, or request a quota "Concurrent executions" of Lambda of at least ${reserved + 100}, because 100 must stay unreserved`,
      );
    });

    test('warns when the quota is not found', async () => {
      const finding = await checkAll(others);
      expect(finding).toMatchObject({ level: 'warning' });
      expect(finding?.fix).toMatch(/it must be above 33, because workers use up to 10, and/);
    });
  });

  describe('quotas', () => {
    const TOKENS = {
      code: 'L-F4DDD3EB',
      name: 'Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1',
    };
    const REQUESTS = {
      code: 'L-4A6BFAB1',
      name: 'Cross-region model inference requests per minute for Anthropic Claude Sonnet 4.5 V1',
    };
    const DAY = { code: 'L-E3F10727', name: 'Cross-Model Max Tokens Per Day' };
    const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
    // Two batches of 10 jobs, each with 1,000 tokens.
    const jobs = { workerConcurrency: 2, batchSize: 10 };
    const settingsWith = (quota?: QuotaLimits, tokensPerDay?: Record<string, number>) =>
      someSettings({
        tiers: [
          {
            name: 'primary',
            targets: [
              { region: REGION, modelId, ...(quota && { quota }) },
              { region: 'eu-west-1', modelId: modelId.replace('us.', 'eu.') },
            ],
            maxTokens: 1000,
          },
        ],
        jobs,
        ...(tokensPerDay && { quotas: { tokensPerDay } }),
      });
    const settings = settingsWith();
    const checkAll = (bedrock: readonly Quota[], given = settings) => {
      account.set({ quotas: { bedrock } });
      return checkQuotas(new ServiceQuotasClient(account.config), REGION, given);
    };
    /** Returns the findings of the target, without that of the day. */
    const check = async (bedrock: readonly Quota[], given = settings) =>
      (await checkAll(bedrock, given)).filter(({ subject }) => subject !== REGION);

    test('are good when they allow the demand of busy workers', async () => {
      expect(
        await check([
          { ...TOKENS, value: 20_000 },
          { ...REQUESTS, value: 20 },
        ]),
      ).toEqual([
        {
          check: 'quota',
          subject: 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
          level: 'good',
          found:
            'the quota is 20000 tokens per minute (Service Quotas), and busy workers need 20000 (20 calls at once x maxTokens 1000)',
        },
        expect.objectContaining({
          level: 'good',
          found:
            'the quota is 20 requests per minute (Service Quotas), and busy workers need 20 (20 calls at once)',
        }),
      ]);
    });

    test('are compared once with the highest cap of the chains that share a target', async () => {
      const targets = [{ region: REGION, modelId }];
      const chain = (maxTokens: number) => ({ tiers: [{ name: 'only', targets, maxTokens }] });
      const chains = { short: chain(100), long: chain(2000) };

      expect(
        await check([{ ...TOKENS, value: 39_999 }], someSettings({ chains, jobs })),
      ).toMatchObject([
        { level: 'warning', found: expect.stringContaining('busy workers need 40000') },
      ]);
    });

    test.each([
      [TOKENS, 19_999],
      [REQUESTS, 19],
    ])('warn and name the quota when %j is %d', async (quota, value) => {
      const findings = await check([{ ...quota, value }]);
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ level: 'warning' });
      expect(findings[0]?.fix).toContain(`"${quota.name}"`);
    });

    test('are bad at 0, as in some new accounts, whatever the settings say', async () => {
      const found = `the quota "${TOKENS.name}" is 0`;
      for (const given of [settings, settingsWith({ tokensPerMinute: 5 })]) {
        expect(await check([{ ...TOKENS, value: 0 }], given)).toMatchObject([
          { level: 'bad', found },
        ]);
      }
    });

    test('warn when no quota has the name and the code of the model', async () => {
      const onDemand = TOKENS.name.replace('Cross-region', 'On-demand');
      const found = 'no quota is known, so calls are not held back before Bedrock throttles them';
      for (const quota of [
        { ...TOKENS, name: onDemand },
        { ...TOKENS, code: 'L-00000000' },
      ]) {
        expect(await check([{ ...quota, value: 1 }])).toMatchObject([{ level: 'warning', found }]);
      }
    });

    test('are those of the settings, if they give any', async () => {
      const given = settingsWith({ tokensPerMinute: 20_000 });
      expect(await check([], given)).toMatchObject([
        {
          level: 'good',
          found: expect.stringMatching(/^the quota is 20000 tokens per minute \(the settings\)/),
        },
      ]);
    });

    test('warn when the settings give more than the account has, or leave a quota out', async () => {
      const given = settingsWith({ tokensPerMinute: 30_000 });
      const findings = await check(
        [
          { ...TOKENS, value: 20_000 },
          { ...REQUESTS, value: 20 },
        ],
        given,
      );

      expect(findings).toMatchObject([
        {
          level: 'warning',
          found: 'the settings give the target 30000 tokens per minute, and the account has 20000',
          fix: `set quota.tokensPerMinute of the target to 20000 or less, or request a higher quota "${TOKENS.name}"`,
        },
        {
          level: 'warning',
          found:
            'the settings give the target no quota of requests per minute, and the account has 20',
        },
      ]);
    });

    test.each([
      ['good', 700, undefined, 'the quota is 700 tokens per day (Service Quotas)'],
      ['good', 700, 600, 'the quota is 600 tokens per day (the settings)'],
      ['good', undefined, 600, 'the quota is 600 tokens per day (the settings)'],
      ['warning', 700, 800, 'the settings give 800 tokens per day, and the account has 700'],
      [
        'warning',
        undefined,
        undefined,
        'the tokens per day are not known, so the use of a day is not compared with them',
      ],
      ['bad', 0, 600, 'the quota "Cross-Model Max Tokens Per Day" is 0'],
    ])(
      'of a day are %s with %s in the account and %s in the settings',
      async (level, value, given, found) => {
        const listed = value === undefined ? [] : [{ ...DAY, value }];
        const withDay = settingsWith(
          undefined,
          given === undefined ? undefined : { [REGION]: given },
        );
        const findings = await checkAll(listed, withDay);

        expect(findings.filter(({ subject }) => subject === REGION)).toMatchObject([
          { level, found },
        ]);
      },
    );

    test('warn when the caller lacks the permission', async () => {
      const denied = { status: 400, code: 'AccessDeniedException' };
      account.set({ faults: { ListServiceQuotas: denied } });
      const client = new ServiceQuotasClient(account.config);
      const fix = 'allow servicequotas:ListServiceQuotas for your user or role';
      expect(await checkQuotas(client, REGION, settings)).toMatchObject([
        { check: 'quota', subject: REGION, level: 'warning', fix },
      ]);
    });
  });
});

function namedError(name: string): Error {
  return Object.assign(new Error('none'), { name });
}
