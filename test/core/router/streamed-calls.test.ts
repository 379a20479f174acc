import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../../lambda/contract/conversation.ts';
import type { ModelResult } from '../../../lambda/core/router/model-client.ts';
import { answers, fails } from '../../support/fake-model-client.ts';
import { aModelAnswer } from '../../support/model-answer.ts';
import { aChain, aLease, aRouter, aRun, EAST_SONNET } from '../../support/router-builders.ts';

/** An answer that our own time limit cut. */
function cut(text: string, hasBrokenToolCall?: true): ModelResult {
  const usage = { inputTokens: 100, outputTokens: 10, estimated: true as const };
  const answer = aModelAnswer(text, {
    ...{ stopReason: 'time_limit', usage },
    ...(hasBrokenToolCall && { hasBrokenToolCall }),
  });
  return { outcome: 'answer', answer, elapsedMs: 600_000, firstTokenMs: 900 };
}

describe('the time limit', () => {
  test('82. keeps the answer so far, marked as truncated', async () => {
    const { router, circuits } = aRouter({ script: cut('half of an ans') });

    const result = await router.run(aRun());

    expect(result).toMatchObject({
      outcome: 'answered',
      answer: { text: 'half of an ans', truncated: true, stopReason: 'time_limit' },
    });
    expect(circuits.settled).toMatchObject([{ outcome: { kind: 'success' } }]);
  });

  test.each([
    ['half a tool call', cut('', true)],
    ['half a JSON object', cut('{"city": "Par')],
    ['half a JSON list in a Markdown fence', cut('```json\n[{"city": "Par')],
    ['no text at all', cut('')],
  ])('82. %s ends the job, although its target served it', async (_, script) => {
    const { router, circuits, called } = aRouter({ script });

    const result = await router.run(aRun());

    expect(result).toMatchObject({
      outcome: 'refused',
      error: { type: 'urn:holdfast:problem:time-limit' },
    });
    expect(called()).toEqual([EAST_SONNET]);
    expect(circuits.settled).toMatchObject([{ outcome: { kind: 'success' } }]);
  });

  test.each(['{"city": "Paris"}', '[1] is the source', '{name} is a placeholder'])(
    '82. keeps %s, which is no half document',
    async (text) => {
      const { router } = aRouter({ script: cut(text) });

      expect(await router.run(aRun())).toMatchObject({ outcome: 'answered' });
    },
  );

  test('is the deadline of the job if that comes before the longest answer', async () => {
    const { router, models, clock } = aRouter();

    await router.run(aRun({ deadlineAtMs: clock.nowMs + 100_000 }));

    expect(models.limits).toMatchObject([{ answerMs: 85_000 }]);
  });
});

describe('a long prompt', () => {
  test('gets more time for its first token, and its recovery permit a longer lease', async () => {
    const { router, models, circuits } = aRouter();
    const text = 'four'.repeat(50_000);

    await router.run(aRun({ conversation: { messages: [userMessage(text)] } }));

    expect(models.limits).toMatchObject([{ firstTokenMs: 45_000 }]);
    expect(circuits.admissions).toMatchObject([{ leaseMs: 1.25 * (45_000 + 20_000) }]);
  });
});

describe('a target that does not stream', () => {
  test('is called without a stream, and its permit is leased for the whole answer', async () => {
    const [region = '', modelId = ''] = EAST_SONNET.split('/');
    const target = { region, modelId, capabilities: { streams: 'no' as const } };
    const settings = aChain({ tiers: [{ name: 'only', targets: [target], maxTokens: 100 }] });
    const { router, models, circuits } = aRouter({ settings });

    await router.run(aRun());

    expect(models.limits).toMatchObject([{ isStreamed: false, answerMs: 600_000 }]);
    expect(circuits.admissions).toMatchObject([{ leaseMs: 750_000 }]);
  });

  test('may have its own limit for the first token', async () => {
    const [region = '', modelId = ''] = EAST_SONNET.split('/');
    const target = { region, modelId, firstTokenSeconds: 60 };
    const settings = aChain({ tiers: [{ name: 'only', targets: [target], maxTokens: 100 }] });
    const { router, models } = aRouter({ settings });

    await router.run(aRun());

    expect(models.limits[0]?.firstTokenMs).toBeCloseTo(60_000, -2);
  });
});

describe('a lease that is lost during a call', () => {
  test.each(['cancelled', 'lost'] as const)(
    '81. aborts the call of a job that is %s, and the circuit ignores it',
    async (during) => {
      const script = async (_: unknown, { signal }: { readonly signal: AbortSignal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { outcome: 'aborted', elapsedMs: 400, firstTokenMs: 100 } as const;
      };
      const { router, circuits } = aRouter({ script });

      const result = await router.run(aRun({ lease: aLease({ during }) }));

      expect(result).toMatchObject({ outcome: during, attempts: [{ outcome: 'aborted' }] });
      expect(circuits.settled).toEqual([{ key: EAST_SONNET, outcome: { kind: 'ignored' } }]);
    },
  );

  test.each(['cancelled', 'lost'] as const)(
    'ends the run of a job that is %s, although the call failed by itself',
    async (during) => {
      const { router, called } = aRouter({ script: fails('fault') });

      const result = await router.run(aRun({ lease: aLease({ during }) }));

      expect(result).toMatchObject({ outcome: during, attempts: [{ outcome: 'fault' }] });
      expect(called()).toEqual([EAST_SONNET]);
    },
  );

  test('counts as lost if an aborted call gives no other reason', async () => {
    const { router } = aRouter({ script: { outcome: 'aborted', elapsedMs: 400 } });

    expect(await router.run(aRun())).toMatchObject({ outcome: 'lost' });
  });

  test('does not discard an answer that is already there', async () => {
    const { router } = aRouter({ script: answers() });

    const result = await router.run(aRun({ lease: aLease({ during: 'cancelled' }) }));

    expect(result.outcome).toBe('answered');
  });
});
