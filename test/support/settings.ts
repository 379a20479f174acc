import { chainOf, defaultChain } from '../../lambda/contract/chains.ts';
import type { Settings, SettingsInput, Tier } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';

/** Returns settings with three tiers of one target each, and the defaults of all other settings. */
export function someSettings(input: Partial<SettingsInput> = {}): Settings {
  const tiers = ['primary', 'secondary', 'last-resort'].map((name) => ({
    name,
    targets: [{ region: 'us-east-1', modelId: `anthropic.${name}` }],
    maxTokens: 1024,
  }));
  return parseSettings({ ...(!input.chains && { tiers }), ...input }, 'test settings');
}

/** Returns the tiers of a job that names no chain. */
export function defaultTiers(settings: Settings): readonly Tier[] {
  return chainOf(settings, defaultChain(settings))?.tiers ?? [];
}
