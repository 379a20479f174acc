import { describe, expect, test } from '@jest/globals';
import { type Conversation, userMessage } from '../../../lambda/contract/conversation.ts';
import { unsupportedNeeds } from '../../../lambda/core/router/unsupported-needs.ts';
import { answers, fails } from '../../support/fake-model-client.ts';
import { aChain, aRouter, aRun, targetOf } from '../../support/router-builders.ts';

const MICRO = 'us-east-1/us.amazon.nova-micro-v1:0';
const LITE = 'us-west-2/us.amazon.nova-lite-v1:0';
const LLAMA = 'us-east-1/us.meta.llama3-3-70b-instruct-v1:0';

const image = { format: 'png', source: { bytes: 'AAAA' } };
const withImage: Conversation = {
  messages: [{ role: 'user', content: [{ text: 'What is this?' }, { image }] }],
};
const withSchema: Conversation = {
  messages: withImage.messages,
  outputConfig: {
    textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{}' } } },
  },
};

function chainOf(...keys: readonly string[]) {
  const tiers = keys.map((key, i) => ({
    name: `tier-${i}`,
    targets: [targetOf(key)],
    maxTokens: 1000,
  }));
  return aChain({ tiers });
}

describe('a target that lacks what the job needs', () => {
  test('is skipped with the need, and neither called nor counted', async () => {
    const { router, called, circuits } = aRouter({ settings: chainOf(MICRO, LITE) });

    const result = await router.run(aRun({ conversation: withImage }));

    expect(result).toMatchObject({
      outcome: 'answered',
      attempts: [
        { target: MICRO, outcome: 'skipped', reason: 'unsupported:image' },
        { target: LITE, outcome: 'answered' },
      ],
    });
    expect(called()).toEqual([LITE]);
    expect(circuits.settled).toMatchObject([{ key: LITE }]);
  });

  test('is none of those that the job waits for', async () => {
    const { router, circuits } = aRouter({ settings: chainOf(MICRO, LITE) });
    circuits.reject(LITE);

    expect(await router.run(aRun({ conversation: withImage }))).toMatchObject({
      outcome: 'deferred',
      unserved: [{ outcome: 'skipped' }],
    });
  });

  test('leaves the judgement of what is valid to the first tier that has all', async () => {
    const script = fails('job', { detail: 'Why.' });
    const { router, called } = aRouter({ settings: chainOf(MICRO, LITE, LLAMA), script });

    const result = await router.run(aRun({ conversation: withImage }));

    expect(result).toMatchObject({ outcome: 'refused', detail: 'Why.' });
    expect(called()).toEqual([LITE]);
  });
});

describe('a job whose targets all lack what it needs', () => {
  test('ends with the names of what is missing, even if its caller would wait', async () => {
    const { router, called } = aRouter({ settings: chainOf(MICRO, LLAMA) });

    const result = await router.run(aRun({ conversation: withSchema }));

    expect(result).toMatchObject({
      outcome: 'refused',
      error: {
        type: 'urn:holdfast:problem:unsupported',
        title: 'No target has all that the job needs: image, jsonSchema',
      },
    });
    expect(called()).toEqual([]);
  });

  test('ends so although the prompt is too long for some of them', async () => {
    const text = 'word '.repeat(400_000);
    const messages = [{ role: 'user' as const, content: [{ text }, { image }] }];
    const { router } = aRouter({ settings: chainOf(MICRO, LITE) });

    expect(await router.run(aRun({ conversation: { messages } }))).toMatchObject({
      outcome: 'refused',
      error: { title: 'No target has all that the job needs: image' },
    });
  });

  test('ends as refused if one of them has refused it', async () => {
    const { router } = aRouter({ settings: chainOf(MICRO, LITE), script: answers() });
    const refusedTargets = [{ target: LITE }];

    expect(await router.run(aRun({ conversation: withImage, refusedTargets }))).toMatchObject({
      outcome: 'refused',
      error: { type: 'urn:holdfast:problem:request-refused' },
    });
  });
});

describe('the needs that no target of a job meets', () => {
  const found = (conversation: Conversation, options: object = {}) =>
    unsupportedNeeds(chainOf(MICRO, LITE, LLAMA), {
      conversation,
      options: { whenOpen: 'fallback', ...options },
    });

  test('are none if one target meets them all', () => {
    expect(found(withImage)).toEqual([]);
  });

  test('are named with the targets that lack them, if none meets them all', () => {
    expect(found(withSchema)).toEqual([
      { need: 'image', path: 'messages[0].content[1].image', targets: [MICRO, LLAMA] },
      { need: 'jsonSchema', path: 'outputConfig.textFormat', targets: [MICRO, LITE, LLAMA] },
    ]);
  });

  test('are a larger window for a prompt that is certainly too long for all', () => {
    const long = (tokens: number) => found({ messages: [userMessage('four'.repeat(tokens))] });

    expect(long(600_000)).toEqual([]);
    expect(long(600_001)).toEqual([
      { need: 'contextWindow', path: 'messages', targets: [MICRO, LITE, LLAMA] },
    ]);
  });

  test.each<[string, object]>([
    ['tiers', { minTier: 'tier-0' }],
    ['first tier, if it waits for that one', { whenOpen: 'queue' }],
    ['regions', { regions: ['us-east-1'] }],
  ])('are judged by the targets of its %s', (_title, options) => {
    expect(found(withImage, options)).toMatchObject([{ need: 'image' }]);
  });
});
