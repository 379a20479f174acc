import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../../lambda/contract/conversation.ts';
import { answers, fails } from '../../support/fake-model-client.ts';
import {
  aChain,
  aRouter,
  aRun,
  EAST_HAIKU,
  EAST_SONNET,
  targetOf,
  WEST_SONNET,
} from '../../support/router-builders.ts';

const settings = aChain({
  tiers: [
    { name: 'first', targets: [targetOf(EAST_SONNET)], maxTokens: 100 },
    { name: 'second', targets: [targetOf(WEST_SONNET)], maxTokens: 100 },
    { name: 'third', targets: [targetOf(EAST_HAIKU)], maxTokens: 100 },
  ],
  guardrails: { strict: { 'us-west-2': { id: 'abc', version: '7' } } },
});

function guardedBy(guardrailIdentifier: string) {
  const guardrailConfig = { guardrailIdentifier, trace: 'enabled' } as const;
  return aRun({ conversation: { messages: [userMessage('hello')], guardrailConfig } });
}

describe('a guardrail of the settings', () => {
  test('serves only in its Regions, with its id and its version there', async () => {
    const { router, called, models } = aRouter({ settings });

    const result = await router.run(guardedBy('strict'));

    expect(result).toMatchObject({
      outcome: 'answered',
      attempts: [{ outcome: 'skipped', reason: 'unsupported:guardrail' }, { target: WEST_SONNET }],
    });
    expect(called()).toEqual([WEST_SONNET]);
    expect(models.calls[0]?.conversation.guardrailConfig).toEqual({
      ...{ guardrailIdentifier: 'abc', guardrailVersion: '7', trace: 'enabled' },
    });
  });
});

describe('a guardrail that a job names by its own id', () => {
  test('is passed on unchanged', async () => {
    const { router, models } = aRouter({ settings });
    const run = guardedBy('xyz');

    await router.run(run);

    expect(models.calls[0]?.conversation.guardrailConfig).toEqual(run.conversation.guardrailConfig);
  });

  test('is refused by a Region that does not know it, and the job goes on elsewhere', async () => {
    const script = [fails('job', { lacksGuardrail: true }), answers()];
    const { router, called, circuits } = aRouter({ settings, script });

    const result = await router.run(guardedBy('xyz'));

    expect(result).toMatchObject({
      outcome: 'answered',
      refusedTargets: [{ target: EAST_SONNET }],
    });
    expect(called()).toEqual([EAST_SONNET, WEST_SONNET]);
    expect(circuits.settled[0]?.outcome).toEqual({ kind: 'ignored' });
  });

  test('leaves the judgement of what is valid to the first tier that knows it', async () => {
    const script = [fails('job', { lacksGuardrail: true }), fails('job', { detail: 'Why.' })];
    const { router, called } = aRouter({ settings, script });

    const result = await router.run(guardedBy('xyz'));

    expect(result).toMatchObject({ outcome: 'refused', detail: 'Why.' });
    expect(called()).toEqual([EAST_SONNET, WEST_SONNET]);
  });

  test('ends the job if no Region knows it', async () => {
    const script = fails('job', { lacksGuardrail: true, detail: 'No such guardrail.' });
    const { router } = aRouter({ settings, script });

    expect(await router.run(guardedBy('xyz'))).toMatchObject({
      outcome: 'refused',
      error: { type: 'urn:holdfast:problem:request-refused' },
      detail: 'No such guardrail.',
    });
  });
});
