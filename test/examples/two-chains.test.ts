import { expect, test } from '@jest/globals';
import example from '../../examples/two-chains.ts';
import { defaultChain, targetsOf, tiersOf } from '../../lambda/contract/chains.ts';
import { modelFacts } from '../../lambda/contract/models.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';

test('the example has a strong chain by default and a fast one, which share a target', () => {
  const settings = parseSettings(example, 'examples/two-chains.ts');
  const entries = tiersOf(settings).flatMap(({ tier }) => tier.targets);

  expect(defaultChain(settings)).toBe('strong');
  expect(Object.keys(settings.chains)).toEqual(['strong', 'fast']);
  expect(targetsOf(settings)).toHaveLength(entries.length - 1);
  expect(targetsOf(settings).filter((target) => !modelFacts(target))).toEqual([]);
});
