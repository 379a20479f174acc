import type { Settings, SettingsInput } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';

/** Returns settings with three tiers of one target each, and the defaults of all other settings. */
export function someSettings(input: Partial<SettingsInput> = {}): Settings {
  const tiers = ['primary', 'secondary', 'last-resort'].map((name) => ({
    name,
    targets: [{ region: 'us-east-1', modelId: `anthropic.${name}` }],
    maxTokens: 1024,
  }));
  return parseSettings({ tiers, ...input }, 'test settings');
}
