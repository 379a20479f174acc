import { describe, expect, test } from '@jest/globals';
import { chainOf, defaultChain, targetsOf, tiersOf } from '../../lambda/contract/chains.ts';
import { targetKey } from '../../lambda/contract/policy.ts';
import { A, B, C, twoChains } from '../support/two-chains.ts';

const fast = twoChains().chains.fast ?? { tiers: [] };

describe('the chain of a job that names none', () => {
  test('is the first one in the settings', () => {
    expect(defaultChain(twoChains())).toBe('fast');
  });

  test('is the one with the name `default`, wherever it is', () => {
    expect(defaultChain({ chains: { first: fast, default: fast } })).toBe('default');
  });
});

describe('the chains', () => {
  test('are found only by their own names', () => {
    expect(chainOf(twoChains(), 'fast')).toEqual(fast);
    expect(chainOf(twoChains(), 'slow')).toBeUndefined();
    expect(chainOf(twoChains(), 'constructor')).toBeUndefined();
  });

  test('have tiers of the same name, and targets that count once', () => {
    expect(tiersOf(twoChains()).map(({ chain, tier }) => [chain, tier.name])).toEqual([
      ['fast', 'first'],
      ['fast', 'last'],
      ['strong', 'first'],
      ['strong', 'last'],
    ]);
    expect(targetsOf(twoChains()).map(targetKey)).toEqual([A, B, C]);
  });
});
