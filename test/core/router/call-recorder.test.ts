import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import { CallRecorder } from '../../../lambda/core/router/call-recorder.ts';
import { type ModelResult, TIME_LIMIT } from '../../../lambda/core/router/model-client.ts';
import { aModelAnswer } from '../../support/model-answer.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';

const SONNET = 'us-east-1/sonnet';
const target = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' };
const candidate = {
  key: SONNET,
  target,
  chain: 'default',
  tier: { name: 'primary', targets: [target], maxTokens: 9 },
};

function recorded(
  result: ModelResult,
  stage?: number,
  called = candidate,
): Readonly<Record<string, number>> {
  const telemetry = recordingTelemetry();
  new CallRecorder(telemetry).record(called, 'job', result, { stage });
  return telemetry.counts;
}

const ESTIMATED = { inputTokens: 1000, outputTokens: 20, estimated: true } as const;
const SPENT = {
  [`${METRIC.inputTokens} default/primary`]: 1000,
  [`${METRIC.outputTokens} default/primary`]: 20,
  [`${METRIC.modelCost} default/primary`]: 0.0033,
  [`${METRIC.estimatedCost} default/primary`]: 0.0033,
};

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

function answered({
  outputTokens = 100,
  stopReason = 'end_turn',
  estimated,
}: {
  outputTokens?: number;
  stopReason?: string;
  estimated?: true;
} = {}): ModelResult {
  const usage = { inputTokens: 1000, outputTokens, ...(estimated && { estimated }) };
  const answer = aModelAnswer('hello', { stopReason, usage });
  return { outcome: 'answer', answer, elapsedMs: 2500, firstTokenMs: 500 };
}

describe('a call to a model', () => {
  test('that is answered records its times by target, its tokens and cost by tier', () => {
    expect(recorded(answered())).toEqual({
      [`${METRIC.modelCalls} ${SONNET}`]: 1,
      [`${METRIC.modelLatency} ${SONNET}`]: 2500,
      [`${METRIC.timeToFirstToken} ${SONNET}`]: 500,
      // 99 tokens in 2 s, after the first one.
      [`${METRIC.tokensPerSecond} ${SONNET}`]: 49.5,
      [`${METRIC.inputTokens} default/primary`]: 1000,
      [`${METRIC.outputTokens} default/primary`]: 100,
      // Input costs 3 dollars and output 15 dollars per million tokens.
      [`${METRIC.modelCost} default/primary`]: 0.0045,
    });
  });

  test.each<[string, ModelResult]>([
    ['with few tokens', answered({ outputTokens: 49 })],
    ['with estimated tokens', answered({ estimated: true })],
    ['in one piece', { ...answered(), firstTokenMs: 2500 }],
    ['without a stream', { ...answered(), firstTokenMs: undefined }],
    ['with its first token after its end', { ...answered(), firstTokenMs: 2501 }],
  ])('that is answered %s gives no rate of tokens', (_which, result) => {
    expect(recorded(result)).not.toHaveProperty([`${METRIC.tokensPerSecond} ${SONNET}`]);
  });

  test('that is answered with 50 tokens gives a rate', () => {
    expect(recorded(answered({ outputTokens: 50 }))).toHaveProperty(
      [`${METRIC.tokensPerSecond} ${SONNET}`],
      24.5,
    );
  });

  test('without a stream records no time to the first token', () => {
    const { firstTokenMs: _none, ...result } = answered();

    expect(recorded(result)).not.toHaveProperty([`${METRIC.timeToFirstToken} ${SONNET}`]);
  });

  test('that a time limit cut counts as cut, and its cost as estimated', () => {
    expect(recorded(answered({ stopReason: TIME_LIMIT, estimated: true }))).toEqual({
      [`${METRIC.modelCalls} ${SONNET}`]: 1,
      [`${METRIC.modelLatency} ${SONNET}`]: 2500,
      [`${METRIC.timeToFirstToken} ${SONNET}`]: 500,
      [`${METRIC.answersCut} ${SONNET}`]: 1,
      [`${METRIC.inputTokens} default/primary`]: 1000,
      [`${METRIC.outputTokens} default/primary`]: 100,
      [`${METRIC.modelCost} default/primary`]: 0.0045,
      [`${METRIC.estimatedCost} default/primary`]: 0.0045,
    });
  });

  test('whose stream broke counts as a failure and a broken stream, with its estimated cost', () => {
    const result = { ...failed({ kind: 'broken-stream' }), firstTokenMs: 5, usage: ESTIMATED };

    expect(recorded(result)).toEqual({
      [`${METRIC.modelCalls} ${SONNET}`]: 1,
      [`${METRIC.timeToFirstToken} ${SONNET}`]: 5,
      [`${METRIC.modelFailures} ${SONNET}`]: 1,
      [`${METRIC.brokenStreams} ${SONNET}`]: 1,
      [`${METRIC.failedCalls} broken-stream`]: 1,
      ...SPENT,
    });
  });

  test('that we aborted counts as a call with its estimated cost, and as no failure', () => {
    const result: ModelResult = { outcome: 'aborted', elapsedMs: 7, usage: ESTIMATED };

    expect(recorded(result)).toEqual({ [`${METRIC.modelCalls} ${SONNET}`]: 1, ...SPENT });
  });

  test('that we aborted before it could be billed counts as a call only', () => {
    expect(recorded({ outcome: 'aborted', elapsedMs: 7 })).toEqual({
      [`${METRIC.modelCalls} ${SONNET}`]: 1,
    });
  });

  test('of a model without a known price records its tokens', () => {
    const unknown = { region: 'us-east-1', modelId: 'acme.unheard-of-v1:0' };

    expect(recorded(answered(), undefined, { ...candidate, target: unknown })).toMatchObject({
      [`${METRIC.inputTokens} default/primary`]: 1000,
      [`${METRIC.outputTokens} default/primary`]: 100,
    });
    expect(recorded(answered(), undefined, { ...candidate, target: unknown })).not.toHaveProperty([
      `${METRIC.modelCost} default/primary`,
    ]);
  });

  test('that fails counts by target and by kind', () => {
    expect(recorded(failed({}))).toEqual({
      [`${METRIC.modelCalls} ${SONNET}`]: 1,
      [`${METRIC.modelFailures} ${SONNET}`]: 1,
      [`${METRIC.failedCalls} fault`]: 1,
    });
  });

  test.each(['quota-minute', 'quota-day'] as const)(
    'that is throttled counts as a throttle of the target: %s',
    (kind) => {
      expect(recorded(failed({ kind }))).toEqual({
        [`${METRIC.modelCalls} ${SONNET}`]: 1,
        [`${METRIC.modelThrottles} ${SONNET}`]: 1,
        [`${METRIC.failedCalls} ${kind}`]: 1,
      });
    },
  );

  test('that fails with an unknown error counts as unknown', () => {
    expect(recorded(failed({ unknown: true }))).toHaveProperty(
      [`${METRIC.failedCalls} unknown`],
      1,
    );
  });

  test('in a stage of a recovery also counts as a recovery call', () => {
    expect(recorded(failed({ kind: 'fault' }), 0)).toEqual({
      [`${METRIC.modelCalls} ${SONNET}`]: 1,
      [`${METRIC.recoveryCalls} ${SONNET}`]: 1,
      [`${METRIC.modelFailures} ${SONNET}`]: 1,
      [`${METRIC.failedCalls} fault`]: 1,
    });
  });
});

describe('the log line of a call', () => {
  const lineOf = (result: ModelResult) => {
    const telemetry = recordingTelemetry();
    new CallRecorder(telemetry).record(candidate, 'job-1', result);
    return telemetry.logged;
  };
  const call = { jobId: 'job-1', target: SONNET, ms: 7, firstTokenMs: undefined };

  test('that is answered shows its times and tokens, and nothing of its text', () => {
    expect(lineOf(answered())).toEqual([
      {
        message: 'model call answered',
        fields: { ...call, ms: 2500, firstTokenMs: 500, inputTokens: 1000, outputTokens: 100 },
      },
    ]);
  });

  test('that fails shows the kind and the name of its error, and the tokens of a broken stream', () => {
    const result = { ...failed({}), firstTokenMs: 5, usage: ESTIMATED };

    expect(lineOf(result)).toEqual([
      {
        message: 'model call failed',
        fields: {
          ...call,
          firstTokenMs: 5,
          ...ESTIMATED,
          kind: 'fault',
          name: 'InternalServerException',
          status: 500,
          unknown: false,
        },
      },
    ]);
  });

  test('that fails never shows what the model said', () => {
    const lines = lineOf(failed({ kind: 'job', detail: 'The prompt was: secret.' }));

    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  test('that we aborted shows its tokens', () => {
    expect(lineOf({ outcome: 'aborted', elapsedMs: 7, usage: ESTIMATED })).toEqual([
      { message: 'model call aborted', fields: { ...call, ...ESTIMATED } },
    ]);
  });
});
