import { describe, expect, test } from '@jest/globals';
import type { CircuitSummary } from '../../../lambda/core/breaker/summary.ts';
import type { ConfigFailures } from '../../../lambda/core/router/config-failures.ts';
import { healthView } from '../../../lambda/core/router/health.ts';
import {
  aChain,
  EAST_HAIKU,
  EAST_SONNET,
  WEST_HAIKU,
  WEST_SONNET,
} from '../../support/router-builders.ts';

const NOW_MS = Date.parse('2026-11-23T12:00:00Z');
const SINCE = { sinceMs: NOW_MS - 30_000 };
const UNTIL = { untilMs: NOW_MS + 30_000 };

function view(circuits: readonly CircuitSummary[], disabled: Record<string, ConfigFailures> = {}) {
  return healthView(aChain(), circuits, disabled, NOW_MS);
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

describe('a target', () => {
  test('without a circuit is healthy', () => {
    expect(targetOf([])).toEqual({
      target: EAST_SONNET,
      tier: 'primary',
      region: 'us-east-1',
      modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
      health: 'healthy',
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

  test('is recovering once its cooldown is over, even before a call', () => {
    const due = targetOf([{ ...OPEN, untilMs: NOW_MS }]);
    expect(due).toMatchObject({ health: 'recovering', circuit: 'OPEN' });
    expect(due).not.toHaveProperty('until');
  });

  test('is recovering while its circuit is half-open, with its stage', () => {
    const circuit: CircuitSummary = { key: EAST_SONNET, state: 'HALF_OPEN', stage: 1 };
    expect(targetOf([circuit])).toMatchObject({ health: 'recovering', stage: 1 });
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
        { region: 'us-east-1', health: 'healthy' },
        { region: 'us-west-2', health: 'healthy' },
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
          since: '2026-11-23T11:59:30.000Z',
          until: '2026-11-23T12:00:10.000Z',
        },
        { region: 'us-west-2', health: 'healthy' },
      ],
    });
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

test('the system is healthy, degraded or unhealthy if all, some or none can serve', () => {
  const all = [EAST_SONNET, WEST_SONNET, EAST_HAIKU, WEST_HAIKU];

  expect(view([]).status).toBe('healthy');
  expect(view([OPEN]).status).toBe('degraded');
  expect(view(all.map((key) => ({ ...OPEN, key }))).status).toBe('unhealthy');
});
