import type { Settings } from '../../lambda/contract/policy.ts';
import { someSettings } from '../support/settings.ts';
import type { Path } from './paths.ts';

export const MAX_TOKENS = 1024;

/** The quota of the primary on a path that has one. A token is a millisecond of it. */
export const QUOTA = {
  model: 'anthropic.primary',
  key: 'us-east-1/on-demand/anthropic.primary',
  tokensPerMinute: 60_000,
  burstMs: 60_000,
  /** An output token of an unknown model costs ten tokens of the quota. */
  burndown: 10,
} as const;

/** The settings by path. Validating them takes an eighth of a run, and every run of a path has the same ones. */
const SETTINGS = new Map<Path, Settings>();

export function settingsOf(path: Path): Settings {
  const settings = SETTINGS.get(path) ?? newSettings(path);
  SETTINGS.set(path, settings);
  return settings;
}

function newSettings({ jobs, quotaWaitMs }: Path): Settings {
  const { tokensPerMinute, burstMs } = QUOTA;
  const isQuotaKnown = quotaWaitMs !== undefined;
  const tiers = ['primary', 'last-resort'].map((name) => ({
    name,
    targets: [
      {
        region: 'us-east-1',
        modelId: `anthropic.${name}`,
        ...(isQuotaKnown && name === 'primary' && { quota: { tokensPerMinute } }),
      },
    ],
    maxTokens: MAX_TOKENS,
  }));
  // A call whose output is expected to be short holds its `maxTokens`, as Bedrock does.
  const quotas = { burstSeconds: burstMs / 1000, expectedOutputTokens: 10 };
  return someSettings({ tiers, jobs, ...(isQuotaKnown && { quotas }) });
}
