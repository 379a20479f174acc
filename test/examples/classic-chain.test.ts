import { describe, expect, test } from '@jest/globals';
import classicChain from '../../examples/classic-chain.ts';
import { targetsOf } from '../../lambda/contract/chains.ts';
import { modelFacts } from '../../lambda/contract/models.ts';
import { targetKey } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { defaultTiers } from '../support/settings.ts';

const settings = parseSettings(classicChain, 'examples/classic-chain.ts');

describe('examples/classic-chain.ts', () => {
  test('parses as settings with three tiers in the classic order', () => {
    expect(defaultTiers(settings).map(({ name }) => name)).toEqual([
      'claude-sonnet-4-5',
      'claude-3-sonnet',
      'claude-haiku',
    ]);
  });

  test('uses only models in the catalogue', () => {
    const unknown = targetsOf(settings).filter((target) => !modelFacts(target));

    expect(unknown).toEqual([]);
  });

  test('has exactly one model with an end-of-life date', () => {
    const ended = targetsOf(settings).filter((target) => modelFacts(target)?.endOfLife);

    expect(ended.map(targetKey)).toEqual(['us-east-1/anthropic.claude-3-sonnet-20240229-v1:0']);
    expect(ended.map((target) => modelFacts(target)?.endOfLife)).toEqual(['2026-07-30']);
  });
});
