import { describe, expect, test } from '@jest/globals';
import {
  type ContentBlock,
  type Conversation,
  userMessage,
} from '../../../lambda/contract/conversation.ts';
import { affinityOf } from '../../../lambda/core/router/prompt-prefix.ts';

const mark = { cachePoint: { type: 'default' } } as const;
const LONG = 'word '.repeat(1000);

function affinity(conversation: Conversation, tenant = 'blue') {
  return affinityOf({ tenant, conversation });
}

function asks(...content: readonly ContentBlock[]): Conversation {
  return { messages: [{ role: 'user', content }] };
}

function cached(prompt: string): Conversation {
  return { ...asks({ text: prompt }), system: [{ text: LONG }, mark] };
}

describe('jobs have the same affinity', () => {
  test('if a tenant sends the same prompt', () => {
    expect(affinity(asks({ text: 'a' }))).toBe(affinity(asks({ text: 'a' })));
  });

  test('in all turns of a conversation, although the marks of the cache move', () => {
    const first = asks({ text: LONG }, mark);
    const later: Conversation = {
      messages: [
        userMessage(LONG),
        { role: 'assistant', content: [{ text: 'b' }] },
        { role: 'user', content: [{ text: 'c' }, mark] },
      ],
    };

    expect(affinity(later)).toBe(affinity(first));
  });

  test('in a short conversation, with and without a mark in its first message', () => {
    expect(affinity(asks({ text: 'a' }, mark))).toBe(affinity(asks({ text: 'a' })));
  });

  test('if they share a start that can be cached, and mark it', () => {
    expect(affinity(cached('a'))).toBe(affinity(cached('b')));
    expect(affinity(asks({ text: `${LONG}a` }, mark))).toBe(
      affinity(asks({ text: `${LONG}b` }, mark)),
    );
  });
});

describe('jobs have affinities of their own', () => {
  test('if their tenants differ', () => {
    expect(affinity(cached('a'), 'red')).not.toBe(affinity(cached('a'), 'blue'));
  });

  test.each<[string, Conversation, Conversation]>([
    ['their texts', asks({ text: 'a' }), asks({ text: 'b' })],
    ['their system prompts', cached('a'), { ...cached('a'), system: [{ text: 'b' }, mark] }],
    [
      'their tools',
      { ...cached('a'), toolConfig: { tools: [{ systemTool: { name: 'a' } }] } },
      { ...cached('a'), toolConfig: { tools: [{ systemTool: { name: 'b' } }] } },
    ],
    [
      'their files',
      asks({ image: { format: 'png', source: { bytes: 'AAAA' } } }),
      asks({ image: { format: 'png', source: { bytes: 'BBBB' } } }),
    ],
    [
      'the places of their files',
      asks({ video: { format: 'mp4', source: { s3Location: { uri: 's3://a/b' } } } }),
      asks({ video: { format: 'mp4', source: { s3Location: { uri: 's3://a/c' } } } }),
    ],
    [
      'what follows a long start that no mark tells to cache',
      { ...asks({ text: 'a' }), system: [{ text: LONG }] },
      { ...asks({ text: 'b' }), system: [{ text: LONG }] },
    ],
  ])('if they differ in %s', (_title, one, other) => {
    expect(affinity(one)).not.toBe(affinity(other));
  });
});

test('the affinity of a huge prompt takes no longer than that of its start', () => {
  const start = 'a'.repeat(65_536);

  expect(affinity(asks({ text: `${start}b` }))).toBe(affinity(asks({ text: `${start}c` })));
});
