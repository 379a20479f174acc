import { describe, expect, test } from '@jest/globals';
import {
  API_DEFAULTS,
  BREAKER_DEFAULTS,
  CIRCUIT_STORE_DEFAULTS,
  JOB_DEFAULTS,
  PROBE_DEFAULTS,
  QUOTA_DEFAULTS,
} from '../../../lambda/contract/policy.ts';
import { parseSettings } from '../../../lambda/contract/schemas/settings.ts';
import { faultsOf } from '../../support/settings-faults.ts';

const target = { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' };
const elsewhere = { ...target, region: 'us-west-2' };
const arn = 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0';
const byArn = { ...target, modelId: arn };
const haiku = { ...target, modelId: 'anthropic.claude-3-haiku-20240307-v1:0' };
const tier = { name: 'only', targets: [target], maxTokens: 512 };
const redis = { store: 'redis', redisUrl: 'rediss://user@host:6379' };
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:team/redis-AbCdEf';

const EXACTLY_ONE = /^tiers: got .+, allowed is exactly one of tiers and chains$/;

const faultsIn = (input: unknown) => faultsOf(() => parseSettings(input, 'test settings'));

describe('parseSettings', () => {
  test('fills in every default; only the tiers are required', () => {
    expect(parseSettings({ tiers: [tier] }, 'test settings')).toEqual({
      chains: { default: { tiers: [tier] } },
      breaker: { ...BREAKER_DEFAULTS, ...CIRCUIT_STORE_DEFAULTS },
      jobs: JOB_DEFAULTS,
      api: API_DEFAULTS,
      probe: PROBE_DEFAULTS,
      quotas: QUOTA_DEFAULTS,
      refreshSeconds: 300,
      tenants: {},
      guardrails: {},
    });
  });

  test('accepts a Redis server with a user name and a secret', () => {
    expect(faultsIn({ tiers: [tier], breaker: { ...redis, redisSecretArn: SECRET_ARN } })).toEqual(
      [],
    );
  });

  test('keeps given values beside the defaults', () => {
    const input = {
      tiers: [
        { ...tier, simplify: 'Be brief.', targets: [{ ...target, weight: 2, geography: 'us' }] },
        {
          ...tier,
          name: 'next',
          targets: [{ ...elsewhere, firstTokenSeconds: 45, capabilities: { streams: 'no' } }],
          patienceSeconds: 3,
        },
      ],
      quotas: { burstSeconds: 5 },
      breaker: { cooldownSeconds: 0.5, ignoredKinds: ['timeout'] },
      jobs: { maxAttempts: 2 },
      api: { keyBurst: 7 },
      probe: { enabled: true },
      refreshSeconds: 60,
      tenants: { abc123: 'team-a' },
    };

    const { tiers, ...others } = input;
    expect(parseSettings(input, 'test settings')).toEqual({
      ...others,
      guardrails: {},
      chains: { default: { tiers } },
      breaker: { ...BREAKER_DEFAULTS, ...CIRCUIT_STORE_DEFAULTS, ...input.breaker },
      jobs: { ...JOB_DEFAULTS, ...input.jobs },
      api: { ...API_DEFAULTS, ...input.api },
      quotas: { ...QUOTA_DEFAULTS, ...input.quotas },
    });
  });

  test('is stable: its result parses to the same settings', () => {
    const once = parseSettings({ tiers: [tier] }, 'test settings');

    expect(parseSettings(JSON.parse(JSON.stringify(once)), 'test settings')).toEqual(once);
  });

  test('reads several chains in the order of the file; they may share targets with other weights', () => {
    const chains = {
      strong: { tiers: [{ ...tier, targets: [{ ...target, weight: 2 }, elsewhere] }] },
      fast: { tiers: [{ ...tier, maxTokens: 64 }] },
      constructor: { tiers: [tier] },
    };

    const parsed = parseSettings({ chains }, 'test settings');

    expect(parsed.chains).toEqual(chains);
    expect(Object.keys(parsed.chains)).toEqual(['strong', 'fast', 'constructor']);
    expect(parseSettings(JSON.parse(JSON.stringify(parsed)), 'test settings')).toEqual(parsed);
  });

  test.each<[string, unknown, RegExp]>([
    ['both tiers and chains', { tiers: [tier], chains: { a: { tiers: [tier] } } }, EXACTLY_ONE],
    ['no chain', { chains: {} }, /^chains: got {}, allowed is at least 1 chain$/],
    [
      'a name of a chain that is a number',
      { chains: { 1: { tiers: [tier] } } },
      /^chains\.1: got .+, allowed is a name with lower case letters, digits and dashes that begin/,
    ],
    [
      'a quota without a limit',
      { tiers: [{ ...tier, targets: [{ ...target, quota: {} }] }] },
      /^tiers\[0\]\.targets\[0\]\.quota: got {}, allowed is tokensPerMinute, requestsPerMinute or both$/,
    ],
    [
      'a negative quota',
      { tiers: [{ ...tier, targets: [{ ...target, quota: { tokensPerMinute: -1 } }] }] },
      /^tiers\[0\]\.targets\[0\]\.quota\.tokensPerMinute: got -1, allowed is .*at least 1$/,
    ],
    [
      'a fraction of a request',
      { tiers: [{ ...tier, targets: [{ ...target, quota: { requestsPerMinute: 0.5 } }] }] },
      /\.quota\.requestsPerMinute: got 0\.5, allowed is /,
    ],
    [
      'a target whose quota differs between chains',
      twoChains({ quota: { tokensPerMinute: 10 } }, { quota: { tokensPerMinute: 20 } }),
      /^chains\.strong\.tiers\[0\]\.targets\[0\]\.quota: got .+, allowed is {"tokensPerMinute":10}, as in chain fast/,
    ],
    [
      'a quota that two targets share and describe in two ways',
      {
        tiers: [
          {
            ...tier,
            targets: [
              { ...target, quota: { tokensPerMinute: 10 } },
              {
                ...target,
                modelId: `${target.modelId}-b`,
                model: target.modelId,
                quota: { tokensPerMinute: 20 },
              },
            ],
          },
        ],
      },
      /^tiers\[0\]\.targets\[1\]\.quota: got .+, allowed is {"tokensPerMinute":10}, as at .+, because both use the quota /,
    ],
    [
      'a burst of more than a minute',
      { tiers: [tier], quotas: { burstSeconds: 61 } },
      /^quotas\.burstSeconds: got 61, allowed is .*at most 60$/,
    ],
    ...[0, -5, 1.5].map((tokens): [string, unknown, RegExp] => [
      `a daily quota of ${tokens} tokens`,
      { tiers: [tier], quotas: { tokensPerDay: { [target.region]: tokens } } },
      new RegExp(`^quotas\\.tokensPerDay\\.us-east-1: got ${tokens}, allowed is `),
    ]),
    [
      'a daily quota of a Region that no target uses',
      { tiers: [tier], quotas: { tokensPerDay: { 'eu-west-1': 5 } } },
      /^quotas\.tokensPerDay\.eu-west-1: got 5, allowed is a Region of the chains: us-east-1$/,
    ],
    [
      'a patience beyond the deadline of jobs',
      { tiers: [{ ...tier, patienceSeconds: 500 }], jobs: { deadlineSeconds: 400 } },
      /^tiers\[0\]\.patienceSeconds: got 500, allowed is at most 400, which is jobs\.deadlineSeconds$/,
    ],
    [
      'a chain without tiers',
      { chains: { fast: {} } },
      /^chains\.fast\.tiers: got nothing, allowed is a list$/,
    ],
    [
      'a target that is named twice in a chain',
      { chains: { fast: { tiers: [{ ...tier, targets: [target, target] }] } } },
      /^chains\.fast\.tiers\[0\]\.targets\[1\]: got .+, allowed is a target that is named once/,
    ],
    [
      'a time limit that a chain’s target cannot keep',
      twoChains({}, { firstTokenSeconds: 61 }),
      /^chains\.strong\.tiers\[0\]\.targets\[0\]\.firstTokenSeconds: got 61, allowed is at most 60/,
    ],
    [
      'a target whose limit for the first token differs between chains',
      twoChains({ firstTokenSeconds: 20 }, { firstTokenSeconds: 30 }),
      /^chains\.strong\.tiers\[0\]\.targets\[0\]\.firstTokenSeconds: got 30, allowed is 20, as in chain fast/,
    ],
    [
      'a target whose capabilities only one chain names',
      twoChains({}, { capabilities: { streams: 'no' } }),
      /\.targets\[0\]\.capabilities: got {"streams":"no"}, allowed is nothing, as in chain fast/,
    ],
    [
      'a target whose model only one chain names',
      twoChains({ model: 'amazon.nova-lite-v1:0' }, {}),
      /\.targets\[0\]\.model: got nothing, allowed is "amazon\.nova-lite-v1:0", as in chain fast/,
    ],
    [
      'a target whose geography differs between chains',
      twoChains({ geography: 'us' }, { geography: 'eu' }),
      /\.targets\[0\]\.geography: got "eu", allowed is "us", as in chain fast/,
    ],
    [
      'a model that one chain names by its ARN and another by its id',
      twoChains({}, { modelId: arn }),
      /\.targets\[0\]\.modelId: got "arn:.+", allowed is amazon\.nova-lite-v1:0, as in chain fast/,
    ],
  ])('refuses %s', (_what, input, fault) => {
    expect(faultsIn(input)).toEqual([expect.stringMatching(fault)]);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /^settings: got nothing, allowed is an object/],
    ['a list', [], /^settings: got \[\], allowed is an object/],
    ['no tiers', {}, EXACTLY_ONE],
    ['empty tiers', { tiers: [] }, /^tiers: got \[\], allowed is at least 1 item/],
    [
      'a tier without targets',
      { tiers: [{ ...tier, targets: [] }] },
      /^tiers\[0\]\.targets: got \[\]/,
    ],
    [
      'a refresh that hides a refused edit from the alarm',
      { tiers: [tier], refreshSeconds: 601 },
      /^refreshSeconds: got 601, allowed is at most 600/,
    ],
    [
      'a name in capitals',
      { tiers: [{ ...tier, name: 'Top' }] },
      /^tiers\[0\]\.name: got "Top", allowed is .*lower case/,
    ],
    [
      'no tokens',
      { tiers: [{ ...tier, maxTokens: 0 }] },
      /^tiers\[0\]\.maxTokens: got 0, allowed is at least 1/,
    ],
    [
      'half a token',
      { tiers: [{ ...tier, maxTokens: 1.5 }] },
      /^tiers\[0\]\.maxTokens: got 1\.5, allowed is a whole number/,
    ],
    [
      'no region',
      { tiers: [{ ...tier, targets: [{ modelId: 'm' }] }] },
      /^tiers\[0\]\.targets\[0\]\.region: got nothing/,
    ],
    [
      'a wrong region',
      { tiers: [{ ...tier, targets: [{ ...target, region: 'Ohio' }] }] },
      /^tiers\[0\]\.targets\[0\]\.region: got "Ohio", allowed is .*us-east-1/,
    ],
    [
      'a region that does not exist',
      { tiers: [{ ...tier, targets: [{ ...target, region: 'us-east-9' }] }] },
      /^tiers\[0\]\.targets\[0\]\.region: got "us-east-9", allowed is .*us-east-1/,
    ],
    [
      'a weight of 0',
      { tiers: [{ ...tier, targets: [{ ...target, weight: 0 }] }] },
      /^tiers\[0\]\.targets\[0\]\.weight: got 0, allowed is above 0/,
    ],
    [
      'a repeated target',
      { tiers: [tier, { ...tier, name: 'next', targets: [target, elsewhere] }] },
      /^tiers\[1\]\.targets\[0\]: got .*named once.*us-east-1\/amazon\.nova-lite-v1:0 is in tier only/,
    ],
    [
      'a repeated target in one tier',
      { tiers: [{ ...tier, targets: [target, target] }] },
      /^tiers\[0\]\.targets\[1\]: got .*is in tier only already/,
    ],
    [
      'a target by id and by ARN',
      { tiers: [{ ...tier, targets: [target, byArn] }] },
      /^tiers\[0\]\.targets\[1\]: got .*is in tier only already/,
    ],
    [
      'a tier that can never be reached',
      {
        tiers: [
          { ...tier, targets: [target, elsewhere] },
          { ...tier, name: 'next' },
        ],
      },
      /^tiers\[1\]\.targets: got .*can never be reached/,
    ],
    [
      'a cap above the model’s limit',
      { tiers: [{ ...tier, maxTokens: 4097, targets: [target, haiku] }] },
      /^tiers\[0\]\.maxTokens: got 4097, allowed is at most 4096, the limit of anthropic\.claude-3-haiku/,
    ],
    [
      'a repeated name',
      { tiers: [tier, { ...tier, targets: [elsewhere] }] },
      /^tiers\[1\]\.name: got "only", allowed is a name that no other tier has/,
    ],
    ['an unknown field', { tiers: [tier], retries: 3 }, /^retries: no such setting$/],
    [
      'an unknown nested field',
      { tiers: [tier], breaker: { coolDown: 3 } },
      /^breaker\.coolDown: no such setting$/,
    ],
    [
      'a text for the breaker',
      { tiers: [tier], breaker: 'off' },
      /^breaker: got "off", allowed is an object/,
    ],
    [
      'a rate of 100',
      breaker({ failureRatePercent: 100 }),
      /^breaker\.failureRatePercent: got 100, allowed is above 0 and below 100/,
    ],
    [
      'a text for a number',
      breaker({ minimumCalls: '20' }),
      /^breaker\.minimumCalls: got "20", allowed is a number$/,
    ],
    [
      'a negative cooldown',
      breaker({ cooldownSeconds: -1 }),
      /^breaker\.cooldownSeconds: got -1, allowed is above 0/,
    ],
    [
      'a maximum below the cooldown',
      breaker({ cooldownMaxSeconds: 1 }),
      /^breaker\.cooldownMaxSeconds: got 1, allowed is at least 60: cooldownMaxSeconds >= cooldownSeconds \(60\)$/,
    ],
    [
      'a window shorter than the limit for the first token',
      breaker({ windowSeconds: 5 }),
      /^breaker\.windowSeconds: got 5, allowed is at least 30: windowSeconds >= firstTokenSeconds \(30\), or slow/,
    ],
    [
      'a negative ramp',
      breaker({ rampSeconds: -1 }),
      /^breaker\.rampSeconds: got -1, allowed is 0 to 3600/,
    ],
    [
      'stages that shrink',
      breaker({ recoveryStages: [5, 1] }),
      /^breaker\.recoveryStages: got \[5,1\], allowed is 1 to 10 stages that grow/,
    ],
    [
      'a target’s limit for the first token above the window',
      slowTarget({ firstTokenSeconds: 61 }),
      /^tiers\[0\]\.targets\[0\]\.firstTokenSeconds: got 61, allowed is at most 60: firstTokenSeconds <= breaker\.windowSeconds \(60\), or slow/,
    ],
    [
      'a target that may take longer for its first token than for its answer',
      slowTarget({ firstTokenSeconds: 40.5 }, { jobs: { answerSeconds: 60 } }),
      /^tiers\[0\]\.targets\[0\]\.firstTokenSeconds: got 40\.5, allowed is at most 40: firstTokenSeconds \+ breaker\.stallSeconds \(20\) <= jobs\.answerSeconds \(60\)$/,
    ],
    [
      'a guardrail in no region',
      { tiers: [tier], guardrails: { strict: {} } },
      /^guardrails\.strict: got {}, allowed is at least 1 region$/,
    ],
    [
      'a guardrail in an unknown region',
      { tiers: [tier], guardrails: { strict: { 'mars-1': { id: 'abc', version: '1' } } } },
      /^guardrails\.strict\.mars-1: got .*allowed is/,
    ],
    [
      'a guardrail whose version is no number',
      { tiers: [tier], guardrails: { strict: { 'us-east-1': { id: 'abc', version: 'last' } } } },
      /^guardrails\.strict\.us-east-1\.version: got "last", allowed is a version number or DRAFT$/,
    ],
    [
      'a capability that does not exist',
      slowTarget({ capabilities: { imag: true } as object }),
      /^tiers\[0\]\.targets\[0\]\.capabilities\.imag: no such setting$/,
    ],
    [
      'a capability with a wrong value',
      slowTarget({ capabilities: { document: 'yes' } as object }),
      /^tiers\[0\]\.targets\[0\]\.capabilities\.document: got "yes", allowed is true or false$/,
    ],
    [
      'an unknown capability',
      slowTarget({ capabilities: { streams: 'often' } }),
      /^tiers\[0\]\.targets\[0\]\.capabilities\.streams: got "often", allowed is one of "yes", "no", "not-with-tools"$/,
    ],
    [
      'an answer longer than a function runs',
      jobs({ answerSeconds: 871 }),
      /^jobs\.answerSeconds: got 871, allowed is at most 870: answerSeconds \+ 30 <= 900, the longest run of a Lambda function$/,
    ],
    [
      'an answer shorter than its first token and a stall',
      jobs({ answerSeconds: 49 }),
      /^jobs\.answerSeconds: got 49, allowed is at least 50: answerSeconds >= breaker\.firstTokenSeconds \(30\) \+ breaker\.stallSeconds \(20\)$/,
    ],
    [
      'a deadline that leaves no time for a call',
      jobs({ deadlineSeconds: 64 }),
      /^jobs\.deadlineSeconds: got 64, allowed is at least 65: deadlineSeconds >= breaker\.firstTokenSeconds \(30\) \+ breaker\.stallSeconds \(20\) \+ a margin \(15\)$/,
    ],
    [
      'no time between two events of a stream',
      breaker({ stallSeconds: 0 }),
      /^breaker\.stallSeconds: got 0, allowed is above 0$/,
    ],
    [
      'the old time limit of a call',
      breaker({ callTimeoutSeconds: 60 }),
      /^breaker\.callTimeoutSeconds: no such setting, use breaker\.firstTokenSeconds, breaker\.stallSeconds and jobs\.answerSeconds$/,
    ],
    [
      'the old limit of a slow call',
      breaker({ slowCallSeconds: 5 }),
      /^breaker\.slowCallSeconds: no such setting, use breaker\.slowFirstTokenSeconds$/,
    ],
    [
      'no failed calls',
      jobs({ failedCalls: 0 }),
      /^jobs\.failedCalls: got 0, allowed is at least 1/,
    ],
    ['an empty batch', jobs({ batchSize: 0 }), /^jobs\.batchSize: got 0, allowed is at least 1/],
    [
      'a batch above SQS’s maximum',
      jobs({ batchSize: 11 }),
      /^jobs\.batchSize: got 11, allowed is at most 10$/,
    ],
    [
      'a key without requests',
      api({ keyRequestsPerSecond: 0 }),
      /^api\.keyRequestsPerSecond: got 0, allowed is above 0$/,
    ],
    [
      'a key with more requests than all keys together',
      api({ keyRequestsPerSecond: 5001 }),
      /^api\.keyRequestsPerSecond: got 5001, allowed is at most 5000$/,
    ],
    [
      'half a request',
      api({ keyBurst: 0.5 }),
      /^api\.keyBurst: got 0\.5, allowed is a whole number/,
    ],
    [
      'a time in words',
      breaker({ dailyQuotaResetUtc: '24:00' }),
      /^breaker\.dailyQuotaResetUtc: got "24:00", allowed is .*00:00/,
    ],
    [
      'an unknown failure kind',
      breaker({ ignoredKinds: ['boredom'] }),
      /^breaker\.ignoredKinds\[0\]: got "boredom", allowed is .*"timeout"/,
    ],
    [
      'another store',
      breaker({ store: 'postgres' }),
      /^breaker\.store: got "postgres", allowed is .*"dynamodb"/,
    ],
    [
      'redis without address',
      breaker({ store: 'redis' }),
      /^breaker\.redisUrl: got nothing, allowed is an address/,
    ],
    [
      'a Redis address with a password, which it does not quote',
      breaker({ store: 'redis', redisUrl: 'rediss://user:hunter2@host:6379' }),
      /^breaker\.redisUrl: got another, allowed is an address without a password; .* breaker\.redisSecretArn$/,
    ],
    [
      'a Redis address with a password among its parameters',
      breaker({ store: 'redis', redisUrl: 'rediss://host:6379?password=hunter2' }),
      /^breaker\.redisUrl: got another, allowed is an address without a password/,
    ],
    [
      'the ARN of a secret without its last characters',
      breaker({ ...redis, redisSecretArn: SECRET_ARN.slice(0, -7) }),
      /^breaker\.redisSecretArn: got "arn:aws:.*, allowed is the complete ARN of a secret/,
    ],
    [
      'a Redis secret for circuits that are in DynamoDB',
      breaker({ redisSecretArn: SECRET_ARN }),
      /^breaker\.redisSecretArn: got "arn:aws:.*, allowed is none unless store is redis$/,
    ],
    [
      'a prober that cannot see the workers’ circuits',
      { tiers: [tier], breaker: { store: 'memory' }, probe: { enabled: true } },
      /^probe\.enabled: got true, allowed is false where breaker\.store is memory/,
    ],
    [
      'an unknown probe setting',
      { tiers: [tier], probe: { everySeconds: 5 } },
      /^probe\.everySeconds: no such setting/,
    ],
    [
      'a single worker',
      jobs({ workerConcurrency: 1 }),
      /^jobs\.workerConcurrency: got 1, allowed is at least 2/,
    ],
    [
      'a deadline past SQS',
      jobs({ deadlineSeconds: 1_209_601 }),
      /^jobs\.deadlineSeconds: got 1209601, allowed is at most 1209600/,
    ],
    [
      'a deferral past SQS',
      jobs({ shortestDeferralSeconds: 901 }),
      /^jobs\.shortestDeferralSeconds: got 901, allowed is at most 900/,
    ],
    ['no attempts', jobs({ maxAttempts: 0 }), /^jobs\.maxAttempts: got 0, allowed is at least 1/],
    [
      'a tenant in capitals',
      { tiers: [tier], tenants: { key: 'A B' } },
      /^tenants\.key: got "A B", allowed is .*lower case/,
    ],
  ])('refuses %s', (_, input, fault) => {
    expect(faultsIn(input)).toContainEqual(expect.stringMatching(fault));
  });

  test('names the file and every fault at once', () => {
    const input = { ...breaker({ cooldownSeconds: 0 }), jobs: { maxAttempts: 0 } };

    expect(() => parseSettings(input, 'my.config.ts')).toThrow(
      /^my\.config\.ts is not usable:\n {2}breaker\.cooldownSeconds: .*\n {2}jobs\.maxAttempts: /,
    );
  });

  test('names one fault per field, even if it breaks several rules', () => {
    const twice = breaker({ windowSeconds: 0, redisUrl: '' });

    expect(faultsIn(twice).map((fault) => fault.split(':')[0])).toEqual([
      'breaker.redisUrl',
      'breaker.windowSeconds',
    ]);
    expect(faultsIn(breaker({ slowRatePercent: -1 }))).toHaveLength(1);
  });

  test('shortens a long value', () => {
    const [fault] = faultsIn({ tiers: [{ ...tier, name: 'x'.repeat(500) }] });

    expect(fault?.length).toBeLessThan(200);
  });
});

function breaker(policy: object): object {
  return { tiers: [tier], breaker: policy };
}

/** Settings whose first target has these fields. */
function slowTarget(fields: object, others: object = {}): object {
  return { tiers: [{ ...tier, targets: [{ ...target, ...fields }] }], ...others };
}

function api(policy: object): object {
  return { tiers: [tier], api: policy };
}

function jobs(policy: object): object {
  return { tiers: [tier], jobs: policy };
}

/** Returns two chains that name the same target, with these fields. */
function twoChains(inFast: object, inStrong: object) {
  const chain = (fields: object) => ({ tiers: [{ ...tier, targets: [{ ...target, ...fields }] }] });
  return { chains: { fast: chain(inFast), strong: chain(inStrong) } };
}
