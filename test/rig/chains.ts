import config from '../../holdfast.config.ts';
import type { JobPolicy, Settings, Target, Tier } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { HIGHEST_KEY_LIMITS } from '../support/key-limits.ts';

const SONNET_4_5 = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const SONNET_4_6 = 'us.anthropic.claude-sonnet-4-6';
const HAIKU_4_5 = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

/** One entry for each tier: the model's id and the regions that serve it. */
type Shape = readonly (readonly [modelId: string, ...regions: readonly string[]])[];

/** Typical chains: the first two tiers share a region, and a tier in another can take over. */
const SHAPES = {
  /** One target in each tier. */
  single: [
    [SONNET_4_5, 'us-east-1'],
    [SONNET_4_6, 'us-east-1'],
    [HAIKU_4_5, 'us-west-2'],
  ],
  /** Each tier in two regions, as in holdfast.config.ts. */
  paired: [
    [SONNET_4_5, 'us-east-1', 'us-west-2'],
    [SONNET_4_6, 'us-east-1', 'us-west-2'],
    [HAIKU_4_5, 'us-east-1', 'us-west-2'],
  ],
} as const satisfies Record<string, Shape>;

export type ChainName = keyof typeof SHAPES;

export const CHAINS = Object.keys(SHAPES) as readonly ChainName[];

/** Returns the settings that are shipped, with all times undivided. */
export function shippedSettings(jobs: Partial<JobPolicy> = {}): Settings {
  return parseSettings({ ...config, jobs }, 'the shipped settings');
}

/** Returns settings with the default rules, but every time divided by ten. */
export function rigSettings(chain: ChainName): Settings {
  return parseSettings(
    {
      tiers: SHAPES[chain].map(aTier),
      breaker: {
        windowSeconds: 6,
        cooldownSeconds: 6,
        cooldownMaxSeconds: 90,
        firstTokenSeconds: 3,
        stallSeconds: 2,
        viewMaxAgeSeconds: 0.1,
        rampSeconds: 1.5,
        excessFailures: 5,
      },
      api: HIGHEST_KEY_LIMITS,
      jobs: { answerSeconds: 60, deadlineSeconds: 600, shortestDeferralSeconds: 0.5 },
    },
    `the rig's settings for the chain ${chain}`,
  );
}

function aTier([modelId, ...regions]: Shape[number], index: number): Tier {
  const targets: readonly Target[] = regions.map((region) => ({ region, modelId }));
  return { name: `tier-${index + 1}`, targets, maxTokens: 512 };
}
