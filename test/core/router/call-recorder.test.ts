import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import { CallRecorder } from '../../../lambda/core/router/call-recorder.ts';
import type { ModelResult } from '../../../lambda/core/router/model-client.ts';
import { aWorld } from '../../support/job-world.ts';

const target = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' };
const candidate = {
  key: 'us-east-1/sonnet',
  target,
  tier: { name: 'primary', targets: [target], maxTokens: 9 },
};

function recorded(result: ModelResult, stage?: number): Readonly<Record<string, number>> {
  const world = aWorld();
  new CallRecorder(world).record(candidate, 'job', result, stage);
  return world.counts;
}

function failed(
  failure: Partial<Extract<ModelResult, { outcome: 'failure' }>['failure']>,
): ModelResult {
  const fault = {
    kind: 'fault',
    name: 'InternalServerException',
    status: 500,
    unknown: false,
  } as const;
  return { outcome: 'failure', failure: { ...fault, ...failure }, elapsedMs: 7 };
}

describe('a call to a model', () => {
  test('that is answered records its time by target, its tokens and cost by tier', () => {
    const usage = { inputTokens: 1000, outputTokens: 100 };
    const answer = { text: 'hello', stopReason: 'end_turn', usage };

    expect(recorded({ outcome: 'answer', answer, elapsedMs: 700 })).toEqual({
      [`${METRIC.modelCalls} us-east-1/sonnet`]: 1,
      [`${METRIC.modelLatency} us-east-1/sonnet`]: 700,
      [`${METRIC.inputTokens} primary`]: 1000,
      [`${METRIC.outputTokens} primary`]: 100,
      // Input costs 3 dollars and output 15 dollars per million tokens.
      [`${METRIC.modelCost} primary`]: 0.0045,
    });
  });

  test('that fails counts by target and by kind', () => {
    expect(recorded(failed({}))).toEqual({
      [`${METRIC.modelCalls} us-east-1/sonnet`]: 1,
      [`${METRIC.modelFailures} us-east-1/sonnet`]: 1,
      [`${METRIC.failedCalls} fault`]: 1,
    });
  });

  test('that is throttled counts as a throttle of the target', () => {
    expect(recorded(failed({ kind: 'quota-day' }))).toEqual({
      [`${METRIC.modelCalls} us-east-1/sonnet`]: 1,
      [`${METRIC.modelThrottles} us-east-1/sonnet`]: 1,
      [`${METRIC.failedCalls} quota-day`]: 1,
    });
  });

  test('that fails with an unknown error counts as unknown', () => {
    expect(recorded(failed({ unknown: true }))).toHaveProperty(
      [`${METRIC.failedCalls} unknown`],
      1,
    );
  });

  test('in a stage of a recovery also counts as a recovery call', () => {
    expect(recorded(failed({ kind: 'fault' }), 0)).toEqual({
      [`${METRIC.modelCalls} us-east-1/sonnet`]: 1,
      [`${METRIC.recoveryCalls} us-east-1/sonnet`]: 1,
      [`${METRIC.modelFailures} us-east-1/sonnet`]: 1,
      [`${METRIC.failedCalls} fault`]: 1,
    });
  });
});
