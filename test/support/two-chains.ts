import type { Settings, SettingsInput } from '../../lambda/contract/policy.ts';
import { targetOf } from './router-builders.ts';
import { someSettings } from './settings.ts';

export const A = 'us-east-1/anthropic.a';
/** The target that both chains have. */
export const B = 'us-east-1/anthropic.b';
export const C = 'us-west-2/anthropic.c';

/**
 * Returns settings with the chains `fast` (A, then B) and `strong` (C, then B). The tiers of both are
 * named `first` and `last`.
 */
export function twoChains(input: Partial<SettingsInput> = {}): Settings {
  const tier = (name: string, key: string) => ({ name, targets: [targetOf(key)], maxTokens: 100 });
  return someSettings({
    chains: {
      fast: { tiers: [tier('first', A), tier('last', B)] },
      strong: { tiers: [tier('first', C), tier('last', B)] },
    },
    ...input,
  });
}
