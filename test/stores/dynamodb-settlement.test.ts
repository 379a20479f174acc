import { expect, test } from '@jest/globals';
import { settlementUpdate } from '../../lambda/stores/dynamodb-settlement.ts';

const NOW = 1_000_000;

test.each([
  ['tokens are given back', -5, NOW + 9, '#tokens = if_not_exists(#tokens, :zero) + :delta'],
  ['a spent bucket pays the rest', 5, NOW + 9, '#tokens = #tokens + :delta'],
  ['a bucket that is just spent pays the rest', 5, NOW, '#tokens = #tokens + :delta'],
  ['a free bucket pays from the present on', 5, NOW - 1, '#tokens = :until'],
])('%s', (_, deltaMs, tokens, set) => {
  const update = settlementUpdate({ spentUntil: { tokens } }, { deltaMs }, NOW);

  expect(update.UpdateExpression).toBe(`SET ${set}`);
});

test('all counts of earlier days are removed', () => {
  const usedTokens = { '2026-11-20T19': 1, '2026-11-21T19': 1, '2026-11-28T18': 1 };
  const used = { hour: '2026-11-28T19', tokens: 3 };

  const update = settlementUpdate({ spentUntil: {}, usedTokens }, { deltaMs: 0, used }, NOW);

  expect(update).toMatchObject({
    UpdateExpression: 'SET #count = :used REMOVE #stale0, #stale1',
    ExpressionAttributeNames: {
      '#count': 'used2026-11-28T19',
      '#stale0': 'used2026-11-20T19',
      '#stale1': 'used2026-11-21T19',
    },
  });
});
