import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { healthView } from '../../lambda/core/router/health.ts';
import { gaugeTargets } from '../../lambda/sweeper/gauge-targets.ts';
import {
  HEALTH_SITUATIONS,
  type HealthSituation,
  NOW_MS,
  SITUATION_SETTINGS,
} from '../support/health-situations.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { A, B, C, twoChains } from '../support/two-chains.ts';

type Facts = Pick<HealthSituation, 'circuits' | 'dailyQuotas' | 'disabled'>;

async function gauged({ circuits, dailyQuotas, disabled }: Facts, settings = SITUATION_SETTINGS) {
  const { counts, metrics } = recordingTelemetry();
  const ports = {
    circuits: { summaries: async () => circuits, dailyQuotas: async () => dailyQuotas },
    disabledTargets: { all: async () => disabled },
    clock: { now: () => NOW_MS },
  };
  await gaugeTargets(ports, metrics, settings);
  return counts;
}

test('the gauges show the state of each target, and count the serving and the disabled ones', async () => {
  const circuits = [
    { key: 'us-west-2/anthropic.first', state: 'HALF_OPEN', stage: 1 },
    { key: 'us-east-1/anthropic.last', state: 'OPEN', untilMs: NOW_MS + 1 },
  ] as const;
  const failures = { failures: 3, jobs: ['a', 'b'], reason: 'AccessDenied', sinceMs: 0 };
  const disabled = { ...failures, disabled: { sinceMs: 0, checkAtMs: NOW_MS + 1, checks: 0 } };

  const facts = {
    circuits,
    dailyQuotas: new Map(),
    disabled: { 'us-east-1/anthropic.spare': disabled },
  };
  expect(await gauged(facts)).toEqual({
    [`${METRIC.targetState} us-east-1/anthropic.first`]: 0,
    [`${METRIC.targetState} us-west-2/anthropic.first`]: 1,
    [`${METRIC.targetState} us-east-1/anthropic.last`]: 2,
    [`${METRIC.targetState} us-east-1/anthropic.spare`]: 2,
    [`${METRIC.targetsServing} default`]: 2,
    [`${METRIC.targetsServing} default/first`]: 2,
    [`${METRIC.targetsServing} default/last`]: 0,
    [`${METRIC.targetsServing} us-east-1`]: 1,
    [`${METRIC.targetsServing} us-west-2`]: 1,
    [METRIC.targetsDisabled]: 1,
  });
});

test('the gauges count the serving targets of each chain; a shared target counts in both, and once in its region', async () => {
  const circuits = [{ key: B, state: 'OPEN', untilMs: NOW_MS + 1 }] as const;

  const gauges = await gauged({ circuits, dailyQuotas: new Map(), disabled: {} }, twoChains());

  expect(gauges).toEqual({
    [`${METRIC.targetState} ${A}`]: 0,
    [`${METRIC.targetState} ${B}`]: 2,
    [`${METRIC.targetState} ${C}`]: 0,
    [`${METRIC.targetsServing} fast`]: 1,
    [`${METRIC.targetsServing} fast/first`]: 1,
    [`${METRIC.targetsServing} fast/last`]: 0,
    [`${METRIC.targetsServing} strong`]: 1,
    [`${METRIC.targetsServing} strong/first`]: 1,
    [`${METRIC.targetsServing} strong/last`]: 0,
    [`${METRIC.targetsServing} us-east-1`]: 1,
    [`${METRIC.targetsServing} us-west-2`]: 1,
    [METRIC.targetsDisabled]: 0,
  });
});

describe('the gauges agree with the health page, when', () => {
  test.each(HEALTH_SITUATIONS)('$name', async (situation) => {
    const { status, targets } = healthView(SITUATION_SETTINGS, { ...situation, nowMs: NOW_MS });

    const gauges = await gauged(situation);

    expect(gauges[`${METRIC.targetsServing} default`] === 0).toBe(status === 'unhealthy');
    for (const { target, admits } of targets) {
      expect(gauges[`${METRIC.targetState} ${target}`]).toBe(
        ['all', 'probes', 'none'].indexOf(admits),
      );
    }
  });
});
