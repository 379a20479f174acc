/**
 * The contract of a `ModelClient`. It runs on the real client with the fake Bedrock and on the
 * simulated models, so that results of simulations also hold for the real client.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../lambda/core/clock.ts';
import { textOf } from '../../lambda/core/router/answer.ts';
import type {
  CallLimits,
  ModelClient,
  ModelResult,
} from '../../lambda/core/router/model-client.ts';
import { answerText } from '../../local/bedrock/answer-text.ts';
import type { CallRecord } from '../../local/bedrock/call-log.ts';
import type { FaultRule } from '../../local/bedrock/fault-rule.ts';
import { callLimits, RecordingWatch } from '../support/model-call.ts';
import { aModelRequest } from '../support/model-request.ts';

export interface ModelWorld {
  readonly client: ModelClient;
  readonly clock: Clock;
  setFault(rule: FaultRule): void;
  calls(): readonly CallRecord[];
  /** Lets the time pass until the call has ended. */
  finish(call: Promise<ModelResult>): Promise<ModelResult>;
  stop(): Promise<void>;
}

/** The speed of the models. An answer takes 450 ms. */
export const SUITE_LATENCY = { firstTokenMs: 50, tokensPerSecond: 60 };
const INPUT_TOKENS = 2;
/** A limit that passes within a test. */
const SHORT_MS = 100;
/** A pause that no answer makes, also on a busy machine. It is shorter than an answer. */
const PAUSE_MS = 300;
/** A time within an answer. */
const HALF_MS = 250;
const MODEL = aModelRequest().target.modelId;
const WHOLE_TEXT = answerText(MODEL, 'hello');

export function modelClientSuite(name: string, start: () => Promise<ModelWorld>): void {
  describe(`the model client of ${name}`, () => {
    let world: ModelWorld;
    beforeEach(async () => {
      world = await start();
    });
    afterEach(() => world.stop());

    function converse(limits: Partial<CallLimits> = {}, watch = new RecordingWatch()) {
      return world.finish(world.client.converse(aModelRequest(), callLimits(limits), watch));
    }

    async function abortedAfter(ms: number, limits: Partial<CallLimits> = {}) {
      const watch = new RecordingWatch();
      void world.clock.sleep(ms).then(() => watch.abort());
      return converse(limits, watch);
    }

    describe.each([true, false])('with a stream: %s', (isStreamed) => {
      test('returns the answer with its usage', async () => {
        const watch = new RecordingWatch();

        const result = await converse({ isStreamed }, watch);

        expect(result).toEqual({
          outcome: 'answer',
          answer: {
            message: { role: 'assistant', content: [{ text: WHOLE_TEXT }] },
            stopReason: 'end_turn',
            usage: { inputTokens: INPUT_TOKENS, outputTokens: expect.any(Number) },
          },
          elapsedMs: expect.any(Number),
          ...(isStreamed && { firstTokenMs: watch.tokensMs[0] }),
        });
        expect(watch.tokensMs.length > 0).toBe(isStreamed);
        expect(watch.tokensMs).toEqual(watch.tokensMs.toSorted((a, b) => a - b));
      });

      test.each([
        ['model-error', { kind: 'model-error', name: 'ModelErrorException', status: 424 }],
        ['throttle-minute', { kind: 'quota-minute', name: 'ThrottlingException', status: 429 }],
        ['validation', { kind: 'job', name: 'ValidationException', status: 400 }],
        ['reset', { kind: 'network' }],
      ] as const)(
        'keeps the kind of an error before the first token: %s',
        async (fault, failure) => {
          world.setFault({ fault });

          const result = await converse({ isStreamed });

          expect(result).toMatchObject({ outcome: 'failure', failure });
          expect(result).not.toHaveProperty('usage');
          expect(result).not.toHaveProperty('firstTokenMs');
        },
      );

      test('an abort of the caller wins over everything', async () => {
        world.setFault({ fault: 'hang' });

        const result = await abortedAfter(SHORT_MS, { isStreamed });

        expect(result).toMatchObject({
          outcome: 'aborted',
          usage: { inputTokens: INPUT_TOKENS, outputTokens: 0, estimated: true },
        });
      });

      test('makes no call for a caller who has aborted before', async () => {
        const watch = new RecordingWatch();
        watch.abort();

        const result = await converse({ isStreamed }, watch);

        expect(result).toEqual({ outcome: 'aborted', elapsedMs: 0 });
        expect(world.calls()).toEqual([]);
      });
    });

    describe('of a stream', () => {
      test('is a timeout without a token within its limit', async () => {
        world.setFault({ fault: 'hang' });

        const result = await converse({ firstTokenMs: SHORT_MS });

        expect(result).toEqual({
          outcome: 'failure',
          failure: { kind: 'timeout', name: 'FirstTokenTimeout' },
          elapsedMs: expect.any(Number),
        });
        expect(result.elapsedMs).toBeGreaterThanOrEqual(SHORT_MS);
      });

      test.each([
        ['stall', 'StreamStalled'],
        ['stream-error', 'ModelStreamErrorException'],
        ['stream-reset', 'StreamReset'],
      ] as const)('is broken if its stream breaks after a token: %s', async (fault, errorName) => {
        world.setFault({ fault, afterTokens: 3 });

        const result = await converse({ stallMs: SHORT_MS });

        expect(result).toMatchObject({
          outcome: 'failure',
          failure: { kind: 'broken-stream', name: errorName },
          usage: { inputTokens: INPUT_TOKENS, outputTokens: 3, estimated: true },
          firstTokenMs: expect.any(Number),
        });
      });

      test('keeps the answer that it has when the answer’s time is over', async () => {
        const result = await converse({ answerMs: HALF_MS });

        expect(result).toMatchObject({
          outcome: 'answer',
          answer: { stopReason: 'time_limit', usage: { estimated: true } },
        });
        const text = result.outcome === 'answer' ? textOf(result.answer.message) : '';
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThan(WHOLE_TEXT.length);
        expect(WHOLE_TEXT.startsWith(text)).toBe(true);
      });

      test('may take longer than a pause may be', async () => {
        const result = await converse({ stallMs: PAUSE_MS });

        expect(result).toMatchObject({ outcome: 'answer', answer: { stopReason: 'end_turn' } });
        expect(result.elapsedMs).toBeGreaterThan(PAUSE_MS);
      });

      test('estimates the usage of an answer that its caller aborts', async () => {
        const result = await abortedAfter(HALF_MS);

        expect(result).toMatchObject({ outcome: 'aborted', usage: { estimated: true } });
        expect(result.outcome === 'aborted' && result.usage?.outputTokens).toBeGreaterThan(0);
      });
    });

    test('of a call without a stream is a timeout when the answer’s time is over', async () => {
      const result = await converse({ isStreamed: false, answerMs: SHORT_MS });

      expect(result).toEqual({
        outcome: 'failure',
        failure: { kind: 'timeout', name: 'AnswerTimeout' },
        elapsedMs: expect.any(Number),
      });
    });

    test('of a call without a stream ignores the other limits', async () => {
      const result = await converse({ isStreamed: false, firstTokenMs: 1, stallMs: 1 });

      expect(result).toMatchObject({
        outcome: 'answer',
        answer: { message: { content: [{ text: WHOLE_TEXT }] } },
      });
    });

    test('of a call without a stream reports an error of a broken answer', async () => {
      world.setFault({ fault: 'stream-error', afterTokens: 3 });

      const result = await converse({ isStreamed: false });

      expect(result).toMatchObject({ outcome: 'failure', failure: { kind: 'model-error' } });
    });
  });
}
