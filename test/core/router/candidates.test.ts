import { describe, expect, test } from '@jest/globals';
import { candidatesFor } from '../../../lambda/core/router/candidates.ts';
import { someSettings } from '../../support/settings.ts';
import { A, B, C, twoChains } from '../../support/two-chains.ts';

const ANY = 'an affinity';

test('no weight moves a target ahead of a higher tier', () => {
  const settings = someSettings({
    tiers: [
      {
        name: 'first',
        maxTokens: 1,
        targets: [{ region: 'us-east-1', modelId: 'a', weight: 0.01 }],
      },
      {
        name: 'second',
        maxTokens: 1,
        targets: [{ region: 'us-east-1', modelId: 'b', weight: 99 }],
      },
    ],
  });

  const candidates = candidatesFor(settings, { chain: 'default', whenOpen: 'fallback' }, ANY);

  expect(candidates).toMatchObject([
    { key: 'us-east-1/a', preferred: true },
    { key: 'us-east-1/b', preferred: false },
  ]);
});

test('only the first tier is preferred, even if its regions are not allowed', () => {
  const settings = someSettings({
    tiers: [
      { name: 'first', maxTokens: 1, targets: [{ region: 'us-east-1', modelId: 'a' }] },
      { name: 'second', maxTokens: 1, targets: [{ region: 'eu-west-1', modelId: 'b' }] },
    ],
  });
  const request = { chain: 'default', whenOpen: 'fallback', regions: ['eu-west-1'] } as const;

  const candidates = candidatesFor(settings, request, ANY);

  expect(candidates).toMatchObject([{ key: 'eu-west-1/b', preferred: false }]);
});

describe('the tiers that may serve a job', () => {
  const settings = someSettings();
  const tiersFor = (request: Parameters<typeof candidatesFor>[1]) =>
    candidatesFor(settings, request, ANY).map(({ tier }) => tier.name);

  test.each([
    ['are all of them', undefined, ['primary', 'secondary', 'last-resort']],
    ['end with the job’s minTier: the first', 'primary', ['primary']],
    ['end with the job’s minTier: the second', 'secondary', ['primary', 'secondary']],
    [
      'end with the job’s minTier: the last',
      'last-resort',
      ['primary', 'secondary', 'last-resort'],
    ],
    ['are only the first if the chain no longer has its minTier', 'gone', ['primary']],
  ])('%s', (_, minTier, tiers) => {
    expect(tiersFor({ chain: 'default', whenOpen: 'fallback', minTier })).toEqual(tiers);
  });

  test('are only the first if the job waits in the queue', () => {
    expect(tiersFor({ chain: 'default', whenOpen: 'queue', minTier: 'last-resort' })).toEqual([
      'primary',
    ]);
  });
});

describe('the targets that may serve a job', () => {
  const keysFor = (request: Partial<Parameters<typeof candidatesFor>[1]>) =>
    candidatesFor(twoChains(), { chain: 'fast', whenOpen: 'fallback', ...request }, ANY).map(
      ({ key, chain, tier }) => [key, `${chain}/${tier.name}`],
    );

  test('are those of its chain, which may share them with others', () => {
    expect(keysFor({ chain: 'fast' })).toEqual([
      [A, 'fast/first'],
      [B, 'fast/last'],
    ]);
    expect(keysFor({ chain: 'strong' })).toEqual([
      [C, 'strong/first'],
      [B, 'strong/last'],
    ]);
  });

  test('are limited by its minTier and its regions within its chain', () => {
    expect(keysFor({ chain: 'strong', minTier: 'first' })).toEqual([[C, 'strong/first']]);
    expect(keysFor({ chain: 'strong', regions: ['us-east-1'] })).toEqual([[B, 'strong/last']]);
  });

  test('are none if the settings no longer have its chain', () => {
    expect(keysFor({ chain: 'gone' })).toEqual([]);
    expect(keysFor({ chain: 'constructor' })).toEqual([]);
  });
});
