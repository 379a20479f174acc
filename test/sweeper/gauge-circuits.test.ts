import { expect, test } from '@jest/globals';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/admission.ts';
import { gaugeCircuits } from '../../lambda/sweeper/gauge-circuits.ts';
import { aWorld } from '../support/job-world.ts';

test('every target’s circuit is gauged: 0 closed, 1 half-open, 2 open', async () => {
  const world = aWorld();
  const states = ['CLOSED', 'HALF_OPEN', 'OPEN'] as const;
  const summaries = async (keys: readonly string[]): Promise<readonly CircuitSummary[]> =>
    keys.map((key, i) => ({ key, state: states[i] ?? 'CLOSED' }));

  await gaugeCircuits({ summaries }, world.metrics, world.settings);

  expect(world.counts).toEqual({
    [`${METRIC.circuitState} us-east-1/anthropic.primary`]: 0,
    [`${METRIC.circuitState} us-east-1/anthropic.secondary`]: 1,
    [`${METRIC.circuitState} us-east-1/anthropic.last-resort`]: 2,
  });
});
