import { describe, expect, test } from '@jest/globals';
import { regionsOf } from '../../../lambda/contract/chains.ts';
import type { CircuitSummary } from '../../../lambda/core/breaker/summary.ts';
import type { ConfigFailures } from '../../../lambda/core/router/config-failures.ts';
import {
  getHealth,
  getTargetHealths,
  type HealthPorts,
  healthView,
} from '../../../lambda/core/router/health.ts';
import { isServing } from '../../../lambda/core/router/target-health.ts';
import { HEALTH_SITUATIONS, NOW_MS, SITUATION_SETTINGS } from '../../support/health-situations.ts';
import {
  aChain,
  EAST_HAIKU,
  EAST_SONNET,
  WEST_HAIKU,
  WEST_SONNET,
} from '../../support/router-builders.ts';
import { A, B, C, twoChains } from '../../support/two-chains.ts';

const SINCE = { sinceMs: NOW_MS - 30_000 };
const UNTIL = { untilMs: NOW_MS + 30_000 };

function view(circuits: readonly CircuitSummary[], disabled: Record<string, ConfigFailures> = {}) {
  return healthView(aChain(), { circuits, disabled, nowMs: NOW_MS });
}

function targetOf(circuits: readonly CircuitSummary[], disabled?: Record<string, ConfigFailures>) {
  return view(circuits, disabled).targets.find(({ target }) => target === EAST_SONNET);
}

const OPEN: CircuitSummary = {
  key: EAST_SONNET,
  state: 'OPEN',
  failure: 'quota-minute',
  failureRatePercent: 62,
  ...SINCE,
  ...UNTIL,
};

const PROBED = { key: EAST_SONNET, state: 'HALF_OPEN', stage: 0 } as const;

describe('a target', () => {
  test('without a circuit is healthy', () => {
    expect(targetOf([])).toStrictEqual({
      target: EAST_SONNET,
      tiers: [{ chain: 'default', tier: 'primary' }],
      region: 'us-east-1',
      modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
      health: 'healthy',
      admits: 'all',
      circuit: 'CLOSED',
    });
  });

  test('with an open circuit is unhealthy, with a cause and times', () => {
    expect(targetOf([OPEN])).toMatchObject({
      health: 'unhealthy',
      circuit: 'OPEN',
      cause: 'quota-minute',
      failureRatePercent: 62,
      since: '2026-11-23T11:59:30.000Z',
      until: '2026-11-23T12:00:30.000Z',
    });
  });

  test('whose cooldown is over shows no time of the next call', () => {
    const due = targetOf([{ ...OPEN, untilMs: NOW_MS }]);

    expect(due).toMatchObject({ circuit: 'OPEN', admits: 'probes', cause: 'quota-minute' });
    expect(due).not.toHaveProperty('until');
  });

  test('that admits a share of its calls after a lack of capacity is recovering', () => {
    const circuit: CircuitSummary = { key: EAST_SONNET, state: 'CLOSED', share: 0.25 };

    expect(targetOf([circuit])).toMatchObject({
      health: 'recovering',
      admits: 'some',
      cause: 'ramp',
    });
  });

  test('in a recovery shows its stage', () => {
    const circuit: CircuitSummary = { key: EAST_SONNET, state: 'HALF_OPEN', stage: 1 };

    expect(targetOf([circuit])).toMatchObject({ health: 'recovering', stage: 1 });
  });

  test('whose first stage has several permits recovers after the first answer', () => {
    expect(targetOf([{ ...PROBED, succeeded: 0 }])).toMatchObject({ health: 'unhealthy' });
    expect(targetOf([{ ...PROBED, succeeded: 1 }])).toMatchObject({ health: 'recovering' });
  });

  test('shows its calls in the current window, if they are known', () => {
    const calls = { calls: 12, failures: { 'broken-stream': 2 }, meanFirstTokenMs: 800 };
    const recent = [{ key: EAST_SONNET, ...calls }];
    const { targets } = healthView(aChain(), { circuits: [], disabled: {}, recent, nowMs: NOW_MS });

    expect(targets[0]).toMatchObject({ target: EAST_SONNET });
    expect(targets[0]?.recent).toEqual(calls);
    expect(targets[1]).not.toHaveProperty('recent');
  });

  test('that is forced open shows both the override and the circuit’s own state', () => {
    const circuit: CircuitSummary = {
      key: EAST_SONNET,
      state: 'CLOSED',
      override: 'force-open',
      overrideSinceMs: NOW_MS,
      overrideUntilMs: NOW_MS + 60_000,
    };
    expect(targetOf([circuit])).toMatchObject({
      health: 'unhealthy',
      since: '2026-11-23T12:00:00.000Z',
      until: '2026-11-23T12:01:00.000Z',
      circuit: 'CLOSED',
      override: 'force-open',
      cause: 'force-open',
    });
  });

  test('that is forced closed is healthy, whatever the circuit’s own state', () => {
    expect(targetOf([{ ...OPEN, override: 'force-closed' }])).toMatchObject({
      health: 'healthy',
      circuit: 'OPEN',
      override: 'force-closed',
    });
  });

  test('with enough configuration errors is disabled', () => {
    const failures: ConfigFailures = {
      failures: 2,
      jobs: ['a', 'b'],
      reason: 'AccessDeniedException',
      ...SINCE,
    };
    const disabled = { ...SINCE, checkAtMs: NOW_MS + 30_000, checks: 0 };

    expect(targetOf([], { [EAST_SONNET]: failures })).toMatchObject({ health: 'healthy' });
    expect(targetOf([], { [EAST_SONNET]: { ...failures, disabled } })).toMatchObject({
      health: 'disabled',
      cause: 'AccessDeniedException',
      until: '2026-11-23T12:00:30.000Z',
    });
  });
});

describe('a region', () => {
  const bad = (key: string): CircuitSummary => ({ ...OPEN, key, failure: 'network' });

  test('is healthy while one of its targets is healthy', () => {
    expect(view([bad(EAST_SONNET)])).toMatchObject({
      status: 'degraded',
      regions: [
        { region: 'us-east-1', health: 'healthy', admits: 'all' },
        { region: 'us-west-2', health: 'healthy', admits: 'all' },
      ],
    });
  });

  test('is unhealthy if none of its targets serves, until the first may serve again', () => {
    const circuits = [bad(EAST_SONNET), { ...bad(EAST_HAIKU), untilMs: NOW_MS + 10_000 }];
    expect(view(circuits)).toMatchObject({
      status: 'degraded',
      regions: [
        {
          region: 'us-east-1',
          health: 'unhealthy',
          admits: 'none',
          cause: 'network',
          since: '2026-11-23T11:59:30.000Z',
          until: '2026-11-23T12:00:10.000Z',
        },
        { region: 'us-west-2', health: 'healthy', admits: 'all' },
      ],
    });
  });

  test('waits for traffic if its best target does', () => {
    const waiting = { ...bad(EAST_HAIKU), untilMs: NOW_MS - 60_000 };

    expect(view([bad(EAST_SONNET), waiting]).regions[0]).toMatchObject({
      health: 'waiting',
      admits: 'probes',
    });
  });

  test('is unhealthy since the last of its targets is, until the first may serve again', () => {
    const [early, late] = [NOW_MS - 50_000, NOW_MS - 10_000];
    const circuits = [
      { ...bad(EAST_SONNET), sinceMs: late, untilMs: NOW_MS + 20_000 },
      { ...bad(EAST_HAIKU), sinceMs: early, untilMs: NOW_MS + 10_000 },
      { ...bad(WEST_SONNET), sinceMs: early, untilMs: NOW_MS + 10_000 },
      { ...bad(WEST_HAIKU), sinceMs: late, untilMs: NOW_MS + 20_000 },
    ];
    const times = { since: '2026-11-23T11:59:50.000Z', until: '2026-11-23T12:00:10.000Z' };

    expect(view(circuits).regions).toMatchObject([times, times]);
  });

  test('with one target has the times of that target', () => {
    const { regions } = healthView(SITUATION_SETTINGS, {
      circuits: [bad('us-west-2/anthropic.first')],
      disabled: {},
      nowMs: NOW_MS,
    });

    expect(regions[1]).toMatchObject({
      since: '2026-11-23T11:59:30.000Z',
      until: '2026-11-23T12:00:30.000Z',
    });
  });

  test('has no times if none of its targets has', () => {
    const [east] = view([PROBED, { ...PROBED, key: EAST_HAIKU }]).regions;

    expect(Object.keys(east ?? {})).toEqual(['region', 'health', 'admits']);
  });

  test('has the times of those targets that have some', () => {
    const [east] = view([bad(EAST_SONNET), { ...PROBED, key: EAST_HAIKU }]).regions;

    expect(east).toMatchObject({
      since: '2026-11-23T11:59:30.000Z',
      until: '2026-11-23T12:00:30.000Z',
    });
  });

  test('has no cause if its targets fail for different reasons', () => {
    const [east] = view([bad(EAST_SONNET), { ...OPEN, key: EAST_HAIKU }]).regions;

    expect(east).toMatchObject({ health: 'unhealthy' });
    expect(east).not.toHaveProperty('cause');
  });
});

describe('a region that is inferred to be unhealthy', () => {
  const facts = situation(/^a first target is skipped/);
  const { targets, regions, models } = healthView(SITUATION_SETTINGS, { ...facts, nowMs: NOW_MS });

  test('shows at the skipped target that its own circuit is not the reason', () => {
    expect(targets[0]).toMatchObject({
      circuit: 'CLOSED',
      health: 'unhealthy',
      admits: 'none',
      cause: 'region-unhealthy',
      until: '2026-11-23T12:00:30.000Z',
    });
  });

  test('is unhealthy as a whole', () => {
    expect(regions).toMatchObject([
      { region: 'us-east-1', health: 'unhealthy', admits: 'none', cause: 'region-unhealthy' },
      { region: 'us-west-2', health: 'healthy', admits: 'all' },
    ]);
  });

  test('is no cause for a model that fails by itself in another region', () => {
    const all = situation(/^the only closed circuit is skipped/);
    const { models: failing } = healthView(SITUATION_SETTINGS, { ...all, nowMs: NOW_MS });

    expect(failing[0]).toMatchObject({ model: 'anthropic.first', health: 'unhealthy' });
    expect(failing[0]).not.toHaveProperty('cause');
  });

  test('leaves a model healthy that another region serves', () => {
    expect(models[0]).toEqual({ model: 'anthropic.first', health: 'healthy', admits: 'all' });
  });
});

describe('a region whose daily quota is used up', () => {
  const facts = situation(/^the daily quota of a region is used up/);
  const { targets, regions } = healthView(SITUATION_SETTINGS, { ...facts, nowMs: NOW_MS });
  const quotaDay = { health: 'unhealthy', cause: 'quota-day', until: '2026-11-23T13:00:00.000Z' };

  test('shows the quota at each of its targets, until the next probe', () => {
    const east = targets.filter(({ region }) => region === 'us-east-1');

    expect(east).toMatchObject(Array(3).fill({ circuit: 'CLOSED', ...quotaDay }));
  });

  test('shows the quota for the region', () => {
    expect(regions[0]).toMatchObject({ region: 'us-east-1', admits: 'none', ...quotaDay });
  });
});

describe('a target in a region with a daily quota', () => {
  const quota = (state: Partial<CircuitSummary>): CircuitSummary => ({
    key: 'us-east-1/daily-quota',
    state: 'OPEN',
    failure: 'quota-day',
    sinceMs: NOW_MS - 20_000,
    untilMs: NOW_MS + 3_600_000,
    ...state,
  });
  const inRegion = (
    dailyQuota: CircuitSummary,
    circuits: readonly CircuitSummary[] = [],
    disabled: Record<string, ConfigFailures> = {},
  ) => {
    const dailyQuotas = new Map([['us-east-1', dailyQuota]]);
    const facts = { circuits, dailyQuotas, disabled, nowMs: NOW_MS };
    return healthView(aChain(), facts).targets.find(({ target }) => target === EAST_SONNET);
  };

  test('that is left is as healthy as its own circuit, without a cause', () => {
    const healthy = inRegion(quota({ state: 'CLOSED', sinceMs: undefined, untilMs: undefined }));

    expect(healthy).toMatchObject({ health: 'healthy', admits: 'all' });
    expect(healthy).not.toHaveProperty('cause');
  });

  test('that is used up is unhealthy, although it has no circuit yet', () => {
    expect(inRegion(quota({}))).toMatchObject({ health: 'unhealthy', cause: 'quota-day' });
  });

  test('that is used up shows the quota if its own circuit is open too', () => {
    expect(inRegion(quota({}), [OPEN])).toMatchObject({
      health: 'unhealthy',
      cause: 'quota-day',
      since: '2026-11-23T11:59:40.000Z',
      until: '2026-11-23T13:00:00.000Z',
    });
  });

  test('that is used up stays disabled if it is', () => {
    const failures: ConfigFailures = {
      failures: 3,
      jobs: ['a', 'b'],
      reason: 'AccessDeniedException',
      ...SINCE,
      disabled: { ...SINCE, checkAtMs: NOW_MS + 30_000, checks: 0 },
    };

    expect(inRegion(quota({}), [], { [EAST_SONNET]: failures })).toMatchObject({
      health: 'disabled',
      cause: 'AccessDeniedException',
    });
  });
});

describe('the health that is read', () => {
  const recent = [{ key: WEST_HAIKU, calls: 3, failures: {} }];

  function ports(days: boolean) {
    const asked: Record<string, readonly string[]> = {};
    const circuits: HealthPorts['circuits'] = {
      summaries: async (keys) => {
        asked.summaries = keys;
        return [OPEN];
      },
      ...(days && {
        dailyQuotas: async (regions: readonly string[]) => {
          asked.dailyQuotas = regions;
          return new Map([['us-west-2', { ...OPEN, key: 'us-west-2/daily-quota' }]]);
        },
        recent: async (keys: readonly string[]) => {
          asked.recent = keys;
          return recent;
        },
      }),
    };
    const disabledTargets = { all: async () => ({}) };
    return { asked, ports: { circuits, disabledTargets, clock: { now: () => NOW_MS } } };
  }

  test('covers the circuits, the daily quotas and the recent calls of the whole chain', async () => {
    const { asked, ports: all } = ports(true);
    const keys = [EAST_SONNET, WEST_SONNET, EAST_HAIKU, WEST_HAIKU];

    const { targets } = await getHealth(all, aChain());

    expect(asked).toEqual({ summaries: keys, dailyQuotas: regionsOf(aChain()), recent: keys });
    expect(targets).toMatchObject([
      { target: EAST_SONNET, cause: 'quota-minute', until: '2026-11-23T12:00:30.000Z' },
      { target: WEST_SONNET, cause: 'quota-day' },
      { target: EAST_HAIKU, health: 'healthy' },
      { target: WEST_HAIKU, cause: 'quota-day', recent: { calls: 3, failures: {} } },
    ]);
  });

  test('needs no daily quotas and no recent calls', async () => {
    const { ports: few } = ports(false);

    const { targets } = await getHealth(few, aChain());

    expect(targets.map(({ health }) => health)).toEqual([
      'unhealthy',
      'healthy',
      'healthy',
      'healthy',
    ]);
  });

  test('has no recent calls if only the health of the targets is asked for', async () => {
    const { asked, ports: all } = ports(true);

    const targets = await getTargetHealths(all, aChain());

    expect(targets.map(({ cause }) => cause)).toEqual([
      'quota-minute',
      'quota-day',
      undefined,
      'quota-day',
    ]);
    expect(asked).not.toHaveProperty('recent');
  });

  test('asks for each region once', () => {
    expect(regionsOf(aChain())).toEqual(['us-east-1', 'us-west-2']);
  });
});

test('a target that is called by the id of its model has no profile', () => {
  const facts = { circuits: [], disabled: {}, nowMs: NOW_MS };

  expect(healthView(SITUATION_SETTINGS, facts)).toMatchObject({
    models: [{ model: 'anthropic.first' }, {}, {}],
    profiles: [],
  });
});

test('the health of models and profiles covers all their regions', () => {
  const circuits = [OPEN, { ...OPEN, key: WEST_SONNET }];

  const { models, profiles } = view(circuits);

  expect(models).toMatchObject([
    { model: 'anthropic.claude-sonnet-4-5-20250929-v1:0', health: 'unhealthy' },
    { model: 'anthropic.claude-haiku-4-5-20251001-v1:0', health: 'healthy' },
  ]);
  expect(profiles).toMatchObject([
    { profile: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', health: 'unhealthy' },
    { profile: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', health: 'healthy' },
  ]);
});

describe('the chain and its targets, when', () => {
  test.each(HEALTH_SITUATIONS)('$name', ({ status, targets, ...facts }) => {
    const health = healthView(SITUATION_SETTINGS, { ...facts, nowMs: NOW_MS });

    expect(health.status).toBe(status);
    expect(
      Object.fromEntries(health.targets.map((each) => [each.target, [each.health, each.admits]])),
    ).toEqual(targets);
  });
});

test.each([
  ['healthy', true],
  ['recovering', true],
  ['waiting', true],
  ['unhealthy', false],
  ['disabled', false],
] as const)('a target that is %s serves: %s', (health, serves) => {
  expect(isServing({ health })).toBe(serves);
});

test('a target whose probes all time out serves at no moment', () => {
  const [cooldownMs, probeMs] = [60_000, 30_000];
  const serving = Array.from({ length: 90 }, (_, second) => {
    const atMs = NOW_MS + second * 1000;
    const untilMs = NOW_MS + cooldownMs;
    const circuit: CircuitSummary =
      atMs < untilMs
        ? { ...OPEN, sinceMs: NOW_MS, untilMs }
        : { ...PROBED, sinceMs: untilMs, leasedUntilMs: untilMs + 2 * probeMs };
    const { targets } = healthView(aChain(), { circuits: [circuit], disabled: {}, nowMs: atMs });
    return targets.filter(({ target }) => target === EAST_SONNET).some(isServing);
  });

  expect(serving).not.toContain(true);
});

function situation(name: RegExp) {
  const found = HEALTH_SITUATIONS.find((each) => name.test(each.name));
  if (!found) throw new Error(`no situation ${name}`);
  return found;
}

describe('the health of several chains', () => {
  const viewOf = (open: readonly string[]) =>
    healthView(twoChains(), {
      circuits: open.map((key) => ({ ...OPEN, key })),
      disabled: {},
      nowMs: NOW_MS,
    });

  test('lists each target once, with all its tiers', () => {
    expect(viewOf([]).targets.map(({ target, tiers }) => [target, tiers])).toEqual([
      [A, [{ chain: 'fast', tier: 'first' }]],
      [
        B,
        [
          { chain: 'fast', tier: 'last' },
          { chain: 'strong', tier: 'last' },
        ],
      ],
      [C, [{ chain: 'strong', tier: 'first' }]],
    ]);
  });

  test.each([
    [[], 'healthy', 'healthy', 'healthy'],
    [[A], 'degraded', 'degraded', 'healthy'],
    [[A, B], 'unhealthy', 'unhealthy', 'degraded'],
    [[A, B, C], 'unhealthy', 'unhealthy', 'unhealthy'],
    [[B], 'degraded', 'degraded', 'degraded'],
  ])('with the open circuits %j is %s, that of its worst chain', (open, status, fast, strong) => {
    expect(viewOf(open)).toMatchObject({
      status,
      chains: [
        { chain: 'fast', status: fast },
        { chain: 'strong', status: strong },
      ],
    });
  });
});
