import { describe, expect, test } from '@jest/globals';
import { EXIT } from '../../cli/exit-codes.ts';
import '../support/errors-of-one-realm.ts';
import { answering, holdfast, json, RUN } from './fake-world.ts';

const SONNET = 'us-east-1/geo/anthropic.claude-sonnet-4-6';
const HAIKU = 'us-east-1/geo/anthropic.claude-haiku-4-5-20251001-v1:0';
const NOVA = 'us-east-1/on-demand/amazon.nova-lite-v1:0';
const AT = '2026-11-28T12:00:03.001Z';

const USED = {
  quotas: [
    {
      quota: SONNET,
      targets: ['us-east-1/us.anthropic.claude-sonnet-4-6'],
      source: 'settings',
      tokensPerMinute: 200_000,
      requestsPerMinute: 50,
      use: {
        heldPercent: { tokens: 110.5, requests: 20 },
        freeAt: AT,
        ratePercent: 80,
        tokensToday: 1_234_567,
      },
    },
    { quota: HAIKU, targets: [], noAccess: true },
    { quota: NOVA, targets: [] },
  ],
  dayBudgets: [
    {
      region: 'us-east-1',
      source: 'service-quotas',
      tokensPerDay: 5_000_000,
      spent: 1_234_567,
      left: 3_765_433,
      lastHour: 1_000_000,
      resetAt: '2026-11-29T00:00:00.000Z',
      endsAt: AT,
    },
  ],
  quotasCheckedAt: '2026-11-28T03:00:00.000Z',
};

async function quotas(answer: object, ...options: readonly string[]) {
  const { fetch, requests } = answering(json({ chains: [], targets: [], ...answer }));
  const result = await holdfast(['quotas', ...options], { run: RUN, fetch });
  return { ...result, requests };
}

describe('holdfast quotas', () => {
  test('shows the limits, their source and what is used of them, with a signed request', async () => {
    const { exit, stdout, requests } = await quotas(USED);

    expect(stdout.split('\n')).toEqual([
      `${SONNET}  200,000 tokens and 50 requests a minute (settings), 110.5 % of tokens held, 20 % of requests held, full until ${AT}, lowered to 80 % by throttles, 1,234,567 tokens today`,
      `${HAIKU}  no access, because Service Quotas says 0`,
      `${NOVA}  limits not known, so all calls are admitted`,
      `day of us-east-1  1,234,567 of 5,000,000 tokens used (service-quotas), 1,000,000 in the last hour, empty at ${AT}, reset at 2026-11-29T00:00:00.000Z`,
      'Service Quotas: read at 2026-11-28T03:00:00.000Z',
      '',
    ]);
    expect(exit).toBe(EXIT.ok);
    expect(requests[0]?.url).toBe(`${RUN.url}/admin/health`);
    expect(requests[0]?.headers.get('authorization')).toMatch(/^AWS4-HMAC-SHA256 /);
  });

  test('prints what the API says with --json', async () => {
    const { stdout } = await quotas(USED, '--json');

    expect(JSON.parse(stdout)).toEqual(USED);
  });

  test('shows the limits while the store does not answer', async () => {
    const limits = { tokensPerMinute: 6_000 };
    const { stdout } = await quotas({
      quotas: [{ quota: SONNET, targets: [], source: 'settings', ...limits }],
    });

    expect(stdout).toBe(
      `${SONNET}  6,000 tokens a minute (settings)\nService Quotas: not yet read\n`,
    );
  });
});
