import { expect, test } from '@jest/globals';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/summary.ts';
import { gaugeTargets } from '../../lambda/sweeper/gauge-targets.ts';
import { aWorld } from '../support/job-world.ts';

test('the gauges show each circuit as 0 (closed), 1 (half-open) or 2 (open), and count serving targets', async () => {
  const world = aWorld();
  const untilMs = world.clock.now() + 60_000;
  const summaries = async (keys: readonly string[]): Promise<readonly CircuitSummary[]> =>
    keys.map((key, i) => ({ key, state: STATES[i] ?? 'CLOSED', untilMs }));
  const disabled = {
    failures: 3,
    jobs: ['a', 'b'],
    reason: 'AccessDeniedException',
    sinceMs: 0,
    disabled: { sinceMs: 0, checkAtMs: untilMs, checks: 0 },
  };
  const disabledTargets = { all: async () => ({ 'us-east-1/anthropic.primary': disabled }) };

  await gaugeTargets(
    { ...world, circuits: { summaries }, disabledTargets },
    world.metrics,
    world.settings,
  );

  expect(world.counts).toEqual({
    [`${METRIC.circuitState} us-east-1/anthropic.primary`]: 0,
    [`${METRIC.circuitState} us-east-1/anthropic.secondary`]: 1,
    [`${METRIC.circuitState} us-east-1/anthropic.last-resort`]: 2,
    [METRIC.targetsServing]: 1,
    [`${METRIC.targetsServing} primary`]: 0,
    [`${METRIC.targetsServing} secondary`]: 1,
    [`${METRIC.targetsServing} last-resort`]: 0,
    [`${METRIC.targetsServing} us-east-1`]: 1,
    [METRIC.targetsDisabled]: 1,
  });
});

const STATES = ['CLOSED', 'HALF_OPEN', 'OPEN'] as const;
