import { describe, expect, test } from '@jest/globals';
import type { LogRecord } from '../../../local/console/log-record.ts';
import { SeriesWindow } from '../../../local/console/series-window.ts';

const [A, B] = ['us-east-1/us.a', 'us-west-2/us.b'] as const;
const START = 1_795_881_900_000;
const STEP = 5_000;

const metrics = (
  values: Record<string, readonly number[]>,
  dimension?: { name: string; value: string },
): LogRecord => ({ kind: 'metrics', values, ...(dimension && { dimension }) });
const ofTarget = (value: string, values: Record<string, readonly number[]>) =>
  metrics(values, { name: 'target', value });
const news = (message: string, fields: object): LogRecord => ({
  kind: 'message',
  level: 'INFO',
  message,
  fields: { ...fields },
});
const opened = (target: string) => news('circuit opened', { target, untilMs: 0 });

const newWindow = () => new SeriesWindow([A, B], START);

test('a series has 180 steps of 5 s, the last of which contains the given time', () => {
  const series = newWindow().series(START + 7_000);

  expect(series.stepMs).toBe(STEP);
  expect(series.fromMs).toBe(START + STEP - 179 * STEP);
  expect(series.inputTokens).toHaveLength(180);
  expect(series.targets[A]?.calls).toEqual(Array(180).fill(0));
  expect(series.failures).toEqual({});
});

test('calls of a target are counted in the step in which they arrive', () => {
  const window = newWindow();
  window.add(ofTarget(A, { ModelCalls: [1, 1], ModelThrottles: [1], SkippedCalls: [3] }), START);
  window.add(ofTarget(A, { ModelCalls: [1], ModelFailures: [1] }), START + STEP - 1);
  window.add(ofTarget(A, { ModelCalls: [1], TimeToFirstToken: [300, 500] }), START + STEP);

  const { targets } = window.series(START + STEP);

  expect(targets[A]?.calls.slice(-2)).toEqual([3, 1]);
  expect(targets[A]?.throttled.slice(-2)).toEqual([1, 0]);
  expect(targets[A]?.failed.slice(-2)).toEqual([1, 0]);
  expect(targets[A]?.skipped.slice(-2)).toEqual([3, 0]);
  expect(targets[A]?.firstTokenMs.slice(-2)).toEqual([null, 400]);
  expect(targets[B]?.calls.slice(-2)).toEqual([0, 0]);
});

test('jobs are counted in total, not once more by chain', () => {
  const window = newWindow();
  window.add(metrics({ JobsAccepted: [1, 1] }), START);
  window.add(metrics({ JobsSucceeded: [1], JobsDegraded: [1] }), START);
  window.add(metrics({ JobsSucceeded: [1] }, { name: 'chain', value: 'default' }), START);

  const { jobs } = window.series(START);

  expect(jobs.accepted.at(-1)).toBe(2);
  expect(jobs.succeeded.at(-1)).toBe(1);
  expect(jobs.degraded.at(-1)).toBe(1);
  expect(jobs.deferred.at(-1)).toBe(0);
});

test('failures are listed by kind, tokens and cost are the sums of all tiers', () => {
  const window = newWindow();
  window.add(metrics({ FailedCalls: [1, 1] }, { name: 'kind', value: 'capacity' }), START);
  for (const value of ['default/one', 'default/two']) {
    const spent = { InputTokens: [10], OutputTokens: [20, 5], ModelCost: [0.5] };
    window.add(metrics(spent, { name: 'tier', value }), START);
  }

  const series = window.series(START);

  expect(Object.keys(series.failures)).toEqual(['capacity']);
  expect(series.failures.capacity?.at(-1)).toBe(2);
  expect(series.inputTokens.at(-1)).toBe(20);
  expect(series.outputTokens.at(-1)).toBe(50);
  expect(series.costUsd.at(-1)).toBe(1);
});

describe('the state of a target', () => {
  const lastStates = (window: SeriesWindow, nowMs: number, count: number) =>
    window.series(nowMs).targets[A]?.state.slice(-count);

  test('is not known before the run starts, and then admits all calls', () => {
    expect(lastStates(newWindow(), START + STEP, 4)).toEqual([null, null, 0, 0]);
  });

  test('follows the lines about circuits at once, and holds until the next one', () => {
    const window = newWindow();
    window.add(opened(A), START + STEP);
    window.add(news('circuit recovery stage began', { target: A, stage: 0 }), START + 3 * STEP);
    window.add(news('circuit closed', { target: A }), START + 4 * STEP);
    window.add(opened('us-east-1/unknown'), START + 4 * STEP);

    expect(lastStates(window, START + 5 * STEP, 6)).toEqual([0, 2, 2, 1, 0, 0]);
  });

  test('follows the gauge, which also knows overrides', () => {
    const window = newWindow();
    window.add(ofTarget(A, { TargetState: [0, 2] }), START + STEP);
    window.add(ofTarget(A, { TargetState: [7] }), START + STEP);
    window.add(metrics({ TargetState: [1] }), START + STEP);

    expect(lastStates(window, START + 2 * STEP, 3)).toEqual([0, 2, 2]);
  });

  test('is carried forward for hours, while older steps are dropped', () => {
    const window = newWindow();
    window.add(opened(A), START);
    window.add(ofTarget(A, { ModelCalls: [1] }), START);
    for (let hour = 1; hour <= 3; hour++) {
      window.add(ofTarget(B, { ModelCalls: [1] }), START + hour * 3_600_000);
    }

    const { targets } = window.series(START + 3 * 3_600_000);

    expect(targets[A]?.state).toEqual(Array(180).fill(2));
    expect(targets[A]?.calls).toEqual(Array(180).fill(0));
  });
});
