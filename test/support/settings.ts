import type { Settings, SettingsInput } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';

/** Three tiers with one target each, and the default of every other setting. */
export function someSettings(input: Partial<SettingsInput> = {}): Settings {
  const tiers = ['primary', 'secondary', 'last-resort'].map((name) => ({
    name,
    targets: [{ region: 'us-east-1', modelId: `anthropic.${name}` }],
    maxTokens: 1024,
  }));
  return parseSettings({ tiers, ...input }, 'test settings');
}
