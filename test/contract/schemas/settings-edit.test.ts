import { describe, expect, test } from '@jest/globals';
import type { Settings, SettingsInput } from '../../../lambda/contract/policy.ts';
import { parseEdit } from '../../../lambda/contract/schemas/settings-edit.ts';
import { defaultTiers, someSettings } from '../../support/settings.ts';
import { faultsOf } from '../../support/settings-faults.ts';

const DEPLOYED = someSettings();
const [FIRST, SECOND] = defaultTiers(DEPLOYED);
if (!FIRST || !SECOND) throw new Error('the tests need settings with at least two tiers');

function parse(edited: Partial<SettingsInput>, deployed: Settings = DEPLOYED): Settings {
  const { chains, ...others } = deployed;
  const edit = { ...others, ...(!edited.tiers && { chains }), ...edited };
  return parseEdit(JSON.stringify(edit), deployed, 'a parameter');
}

describe('an edit at run time', () => {
  test.each<[string, Partial<SettingsInput>]>([
    ['changes a threshold', { breaker: { failureRatePercent: 50 } }],
    ['shortens a call', { breaker: { firstTokenSeconds: 10, stallSeconds: 5 } }],
    ['shortens an answer', { jobs: { answerSeconds: 100 } }],
    ['gives a job more failed calls', { jobs: { failedCalls: 20 } }],
    [
      'gives a target more time for its first token',
      {
        tiers: [
          { ...FIRST, targets: FIRST.targets.map((each) => ({ ...each, firstTokenSeconds: 45 })) },
        ],
      },
    ],
    ['removes a tier', { tiers: [FIRST] }],
    ['reverses the tiers', { tiers: [SECOND, FIRST] }],
    ['keeps jobs for less time', { jobs: { retentionDays: 1 } }],
    ['names a tenant', { tenants: { key: 'blue' } }],
  ])('that %s is accepted', (_what, input) => {
    expect(parse(input)).toEqual(someSettings(input));
  });

  test.each<[string, Partial<SettingsInput>, RegExp]>([
    [
      'adds a guardrail',
      { guardrails: { strict: { 'us-east-1': { id: 'abc', version: '1' } } } },
      /^guardrails\.strict\.us-east-1\.id: got "abc", allowed is a guardrail of the deployed settings/,
    ],
    [
      'adds a target',
      {
        tiers: [
          FIRST,
          { ...SECOND, targets: [{ region: 'us-west-2', modelId: 'anthropic.secondary' }] },
        ],
      },
      /^tiers\[1\]\.targets\[0\]: got "us-west-2\/anthropic\.secondary", allowed is a target of the dep/,
    ],
    [
      'adds a target to a chain',
      {
        chains: {
          default: {
            tiers: [
              { ...FIRST, targets: [{ region: 'us-west-2', modelId: 'anthropic.secondary' }] },
            ],
          },
        },
      },
      /^chains\.default\.tiers\[0\]\.targets\[0\]: got "us-west-2\/anthropic\.secondary"/,
    ],
    [
      'adds a chain of deployed targets',
      { chains: { ...DEPLOYED.chains, fast: { tiers: [FIRST] } } },
      /^chains\.fast: no such chain is deployed, allowed are default$/,
    ],
    [
      'lengthens an answer beyond the worker’s own timeout',
      { jobs: { answerSeconds: 601 } },
      /^jobs\.answerSeconds: got 601, allowed is at most 600, because the worker/,
    ],
    [
      'moves the circuits to another store',
      { breaker: { store: 'memory' } },
      /^breaker\.store: got "memory", allowed is dynamodb, as deployed$/,
    ],
    [
      'changes the concurrency',
      { jobs: { workerConcurrency: 20 } },
      /^jobs\.workerConcurrency: got 20, allowed is 50, because the event source/,
    ],
    [
      'changes the size of a batch',
      { jobs: { batchSize: 10 } },
      /^jobs\.batchSize: got 10, allowed is 4, because the event source/,
    ],
    [
      'changes the rate of a key',
      { api: { keyRequestsPerSecond: 51 } },
      /^api\.keyRequestsPerSecond: got 51, allowed is 50, because the usage plan was deployed with it$/,
    ],
    [
      'changes the burst of a key',
      { api: { keyBurst: 99 } },
      /^api\.keyBurst: got 99, allowed is 100, because the usage plan/,
    ],
    [
      'keeps rows longer than their objects',
      { jobs: { retentionDays: 8 } },
      /^jobs\.retentionDays: got 8, allowed is at most 8 days together with deadlineSeconds/,
    ],
    [
      'enables probes that are not deployed',
      { probe: { enabled: true } },
      /^probe\.enabled: got true, allowed is false, because the prober is not deployed$/,
    ],
    ['breaks a rule of all settings', { breaker: { minimumCalls: 0 } }, /^breaker\.minimumCalls:/],
  ])('that %s is refused', (_what, input, fault) => {
    const windowSeconds = 100;
    const breaker = input.breaker && { windowSeconds, ...input.breaker };

    expect(faultsOf(() => parse({ ...input, ...(breaker && { breaker }) }))).toEqual([
      expect.stringMatching(fault),
    ]);
  });

  test('that removes a chain, reorders chains or moves a target to another chain is accepted', () => {
    const deployed = someSettings({
      chains: { fast: { tiers: [FIRST] }, strong: { tiers: [SECOND] } },
    });
    const chains = { strong: { tiers: [SECOND, FIRST] }, fast: { tiers: [FIRST] } };

    expect(Object.keys(parse({ chains }, deployed).chains)).toEqual(['strong', 'fast']);
    expect(parse({ chains: { fast: { tiers: [FIRST] } } }, deployed).chains).toEqual({
      fast: { tiers: [FIRST] },
    });
  });

  test('that gives a guardrail another version is accepted', () => {
    const guardrails = (version: string) => ({ strict: { 'us-east-1': { id: 'abc', version } } });
    const deployed = someSettings({ guardrails: guardrails('1') });

    expect(parse({ guardrails: guardrails('2') }, deployed).guardrails).toEqual(guardrails('2'));
  });

  test('that is not JSON is refused', () => {
    expect(faultsOf(() => parseEdit('{', DEPLOYED, 'a parameter'))).toEqual([
      'settings: got a text that is not JSON, allowed is JSON',
    ]);
  });

  test('to another Redis or another secret is refused', () => {
    const at = (redisUrl: string, secret: string) => {
      const redisSecretArn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${secret}-AbCdEf`;
      return { breaker: { store: 'redis', redisUrl, redisSecretArn } } as const;
    };
    const deployed = someSettings(at('rediss://one:6379', 'one'));

    expect(faultsOf(() => parse(at('rediss://one:6379', 'one'), deployed))).toEqual([]);
    expect(faultsOf(() => parse(at('rediss://two:6379', 'two'), deployed))).toEqual([
      'breaker.redisUrl: got another one, allowed is the deployed one',
      'breaker.redisSecretArn: got another one, allowed is the deployed one',
    ]);
  });

  test('to a Redis address with a password is refused without quoting it', () => {
    const redisUrl = 'rediss://:secret@two:6379';

    const [fault] = faultsOf(() => parse({ breaker: { store: 'redis', redisUrl } }));

    expect(fault).toMatch(
      /^breaker\.redisUrl: got another, allowed is an address without a password/,
    );
    expect(fault).not.toContain('secret@');
  });

  test('to an invalid address is refused without quoting it', () => {
    const redisUrl = 'https://:secret@two:6379';

    const [fault] = faultsOf(() => parse({ breaker: { store: 'redis', redisUrl } }));

    expect(fault).toMatch(/^breaker\.redisUrl: got another, allowed is /);
    expect(fault).not.toContain('secret');
  });

  test('with several faults gets all of them at once', () => {
    const jobs = { workerConcurrency: 20 };

    expect(faultsOf(() => parse({ jobs, probe: { enabled: true } }))).toHaveLength(2);
  });
});
