import { expect, test } from '@jest/globals';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import { recordCircuitEvents } from '../../../lambda/core/breaker/record-circuit-events.ts';
import { aWorld } from '../../support/job-world.ts';

const of = { key: 'us-east-1/a', epoch: 1, atMs: 0 };
const evidence = { rule: 'dry', failure: 'quota-minute', calls: 5, failures: 5 } as const;

test('changes of a circuit are counted by target and logged with their reason', () => {
  const { log, metrics, counts, logged } = aWorld();
  const record = recordCircuitEvents(log, metrics);

  record({ ...of, type: 'opened', untilMs: 60_000, opens: 1, evidence });
  record({ ...of, type: 'half_opened', stage: 1, permits: 1 });
  record({ ...of, type: 'stage_advanced', stage: 2, permits: 5 });
  record({ ...of, type: 'closed', successes: 16 });

  expect(counts).toEqual({
    [`${METRIC.circuitOpened} us-east-1/a`]: 1,
    [`${METRIC.circuitClosed} us-east-1/a`]: 1,
  });
  const target = 'us-east-1/a';
  expect(logged).toEqual([
    { message: 'circuit opened', fields: { target, untilMs: 60_000, ...evidence } },
    { message: 'circuit recovery stage began', fields: { target, stage: 1 } },
    { message: 'circuit recovery stage began', fields: { target, stage: 2 } },
    { message: 'circuit closed', fields: { target } },
  ]);
});

test('trouble with the store or the clock is logged and counted', () => {
  const { log, metrics, counts, logged } = aWorld();
  const record = recordCircuitEvents(log, metrics);

  record({ type: 'degraded', error: 'TimeoutError', atMs: 0 });
  record({ type: 'restored', atMs: 0 });
  record({ type: 'skewed', offsetMs: 3000, atMs: 0 });
  record({ type: 'unreadable', key: 'us-east-1/a', atMs: 0 });
  record({ ...of, type: 'would_open', untilMs: 60_000, evidence });

  expect(counts).toEqual({ [METRIC.circuitStoreDegraded]: 1 });
  expect(logged).toEqual([
    {
      message: 'circuit store does not answer; this worker decides alone',
      fields: { error: 'TimeoutError' },
    },
    { message: 'circuit store answers again', fields: {} },
    {
      message: 'worker clock is skewed; this worker changes no circuit',
      fields: { offsetMs: 3000 },
    },
    { message: 'circuit record cannot be read', fields: { target: 'us-east-1/a' } },
    {
      message: 'circuit under observe would have opened',
      fields: { target: 'us-east-1/a', rule: 'dry' },
    },
  ]);
});
