import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../../lambda/contract/conversation.ts';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import { NO_QUOTAS } from '../../../lambda/core/admission/quotas.ts';
import type { Outcome } from '../../../lambda/core/breaker/permit.ts';
import { CallRecorder } from '../../../lambda/core/router/call-recorder.ts';
import { candidatesFor } from '../../../lambda/core/router/candidates.ts';
import { RetryBudget } from '../../../lambda/core/router/retry-budget.ts';
import type { RunRequest } from '../../../lambda/core/router/run-request.ts';
import { TargetCaller } from '../../../lambda/core/router/target-caller.ts';
import {
  answers,
  FakeModelClient,
  fails,
  type ModelScript,
} from '../../support/fake-model-client.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';
import { aChain, aLease, aRun, EAST_SONNET, targetOf } from '../../support/router-builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Returns a caller for one run, whose judge keeps no failure from the circuit. */
function aCaller(
  script: ModelScript = answers(),
  request: Partial<RunRequest> = {},
  settings = aChain(),
) {
  const telemetry = recordingTelemetry();
  const models = new FakeModelClient(script);
  const recorder = new CallRecorder(telemetry);
  const run = aRun(request);
  const clock = new VirtualClock(1_000_000);
  const parts = { models, recorder, retries: new RetryBudget(), quotas: NO_QUOTAS, clock };
  const caller = new TargetCaller(parts, settings, run);
  const [candidate] = candidatesFor(settings, run, 'an affinity');
  if (!candidate) throw new Error('the chain has no target');
  const settled: Outcome[] = [];
  const judged: unknown[] = [];
  const call = (isKept = false, stage?: number) =>
    caller.call(
      candidate,
      {
        key: candidate.key,
        stage,
        token: () => undefined,
        settle: (outcome) => void settled.push(outcome),
      },
      0,
      async (outcome) => {
        judged.push(outcome);
        return isKept;
      },
    );
  return { call, settled, judged, models, counts: telemetry.counts };
}

describe('the judge of failures', () => {
  test.each([
    ['is not asked about an answer', answers(), []],
    ['is not asked about an answer that the time limit cut', answers('', 'time_limit'), []],
    ['is asked about a failure', fails('timeout'), ['timeout']],
    ['is asked about an answer of no use', answers(''), ['unusable']],
  ] as const)('%s', async (_, script, expected) => {
    const { call, judged } = aCaller(script);

    await call();

    expect(judged).toStrictEqual(expected);
  });

  test('may keep a failure from the circuit', async () => {
    const { call, settled } = aCaller(fails('model-error'));

    await call(true);

    expect(settled).toEqual([{ kind: 'ignored' }]);
  });
});

describe('a call', () => {
  test.each([
    ['is a stream', undefined, true],
    [
      'is no stream with tools, if its model has no such streams',
      { tools: [{ toolSpec: { name: 'a', inputSchema: { json: {} } } }] },
      false,
    ],
  ])('%s', async (_, toolConfig, isStreamed) => {
    const targets = [targetOf('us-east-1/us.meta.llama3-3-70b-instruct-v1:0')];
    const settings = aChain({ tiers: [{ name: 'only', targets, maxTokens: 100 }] });
    const conversation = { messages: [userMessage('a')], ...(toolConfig && { toolConfig }) };
    const { call, models } = aCaller(answers(), { conversation }, settings);

    await call();

    expect(models.limits[0]?.isStreamed).toBe(isStreamed);
  });

  test('is recorded, with the stage of the recovery that it belongs to', async () => {
    const { call, counts } = aCaller();

    await call(false, 0);

    expect(counts).toMatchObject({
      [`${METRIC.modelCalls} ${EAST_SONNET}`]: 1,
      [`${METRIC.recoveryCalls} ${EAST_SONNET}`]: 1,
    });
  });

  test('is not aborted while its job keeps its lease', async () => {
    const script: ModelScript = async (_, { signal }) => {
      await Promise.resolve();
      return signal.aborted ? { outcome: 'aborted', elapsedMs: 1 } : answers();
    };

    expect(await aCaller(script).call()).toMatchObject({ result: { outcome: 'answer' } });
  });

  test('holds the lease of its job until it ends', async () => {
    let isHeld = false;
    const hold = (callEnded: AbortSignal) =>
      new Promise<undefined>((resolve) => {
        isHeld = true;
        callEnded.addEventListener('abort', () => {
          isHeld = false;
          resolve(undefined);
        });
      });
    let wasHeld = false;
    const script: ModelScript = () => {
      wasHeld = isHeld;
      return answers();
    };

    const { call } = aCaller(script, { lease: { ...aLease(), hold } });

    expect(await call()).toMatchObject({ result: { outcome: 'answer' }, loss: undefined });
    expect({ wasHeld, isHeld }).toEqual({ wasHeld: true, isHeld: false });
  });

  test('that throws ends the hold of the lease and returns its permit', async () => {
    let ended: AbortSignal | undefined;
    const hold = async (callEnded: AbortSignal) => {
      ended = callEnded;
      return undefined;
    };
    const script: ModelScript = () => {
      throw new Error('broken');
    };
    const { call, settled } = aCaller(script, { lease: { ...aLease(), hold } });

    await expect(call()).rejects.toThrow('broken');

    expect(ended?.aborted).toBe(true);
    expect(settled).toEqual([{ kind: 'ignored' }]);
  });
});
