import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { describe, expect, test } from '@jest/globals';
import { listQuotas } from '../../../lambda/aws/service-quotas.ts';
import { findQuota, quotaNameOf, TOKENS_PER_DAY } from '../../../lambda/contract/quota-names.ts';
import type { FakeBedrockOptions } from '../../../local/bedrock/fake-bedrock.ts';
import { HAIKU, SONNET_5 } from '../../support/listed-quotas.ts';
import { aFake } from './a-fake.ts';

async function anAccount(
  scenario: FakeBedrockOptions['scenario'],
  options: FakeBedrockOptions = {},
) {
  const bedrock = await aFake({ ...options, ...(scenario && { scenario }) });
  const client = (region: string) =>
    new ServiceQuotasClient({
      endpoint: bedrock.url,
      region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
  const list = (region = 'us-east-1', service = 'bedrock') => listQuotas(client(region), service);
  const quota = async (target: typeof HAIKU, unit: 'tokens' | 'requests') =>
    findQuota(await list(target.region), quotaNameOf(target, unit))?.value;
  return { list, quota };
}

describe('the quotas of the fake account', () => {
  test('are none without a fault that limits calls', async () => {
    const { list } = await anAccount([]);

    expect(await list()).toEqual([]);
  });

  test('are those that a fault enforces, for each model and scope that it is for', async () => {
    const rule = {
      fault: 'quota',
      model: 'us.*haiku*',
      tokensPerMinute: 200,
      requestsPerMinute: 4,
    };
    const { quota } = await anAccount([{ ...rule, fault: 'quota' }]);

    expect(await quota(HAIKU, 'tokens')).toBe(200);
    expect(await quota(HAIKU, 'requests')).toBe(4);
    const global = { ...HAIKU, modelId: HAIKU.modelId.replace('us.', 'global.') };
    expect(await quota(global, 'tokens')).toBeUndefined();
    expect(await quota(SONNET_5, 'tokens')).toBeUndefined();
  });

  test('fill several pages if a fault is for all models, and are listed by Region', async () => {
    const { list } = await anAccount([
      { fault: 'quota', region: 'us-east-1', tokensPerMinute: 1, tokensPerDay: 1_000 },
    ]);

    const listed = await list();
    expect(listed.length).toBeGreaterThan(100);
    expect(findQuota(listed, TOKENS_PER_DAY)?.value).toBe(1_000);
    expect(await list('us-west-2')).toEqual([]);
  });

  test('are the lowest of several faults, as numbers per minute of 60 s', async () => {
    const { quota } = await anAccount([
      { fault: 'quota', tokensPerMinute: 100 },
      { fault: 'quota', tokensPerMinute: 10, minuteSeconds: 10 },
    ]);

    expect(await quota(HAIKU, 'tokens')).toBe(60);
  });

  test('leave out what limits only some calls, and what is not in force', async () => {
    const { list } = await anAccount([
      { fault: 'quota', tokensPerMinute: 1, prompt: 'some*' },
      { fault: 'quota', tokensPerMinute: 1, probability: 0.5 },
      { fault: 'quota', tokensPerMinute: 1, atSeconds: 3_600 },
      { fault: 'throttle-minute' },
    ]);

    expect(await list()).toEqual([]);
  });

  test('are refused to a role that may not read them', async () => {
    const { list } = await anAccount([], {
      authorize: (_headers, action) =>
        action === 'servicequotas:ListServiceQuotas' ? 'not authorized' : undefined,
    });
    await expect(list()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('of another service are not emulated', async () => {
    const { list } = await anAccount([]);

    await expect(list('us-east-1', 'lambda')).rejects.toMatchObject({
      name: 'NoSuchResourceException',
      message: 'service lambda is not emulated',
    });
  });
});
