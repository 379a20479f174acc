import * as z from 'zod';
import { regionsOf } from '../chains.ts';
import type { Settings } from '../policy.ts';

/** The largest number that a count of tokens may be, far above all quotas of Bedrock. */
const MOST_PER_DAY = 1_000_000_000_000;

export const quotaPolicy = z.strictObject({
  burstSeconds: z.number().positive().max(60),
  expectedOutputTokens: z.number().min(1).max(1_000_000),
  tokensPerDay: z.record(z.string(), z.int().min(1).max(MOST_PER_DAY)).optional(),
});

/** Finds daily quotas of Regions that no target uses. */
export function dayQuotaFaults(settings: Settings) {
  const regions = regionsOf(settings);
  const allowed = `a Region of the chains: ${regions.join(', ')}`;
  return Object.keys(settings.quotas.tokensPerDay ?? {})
    .filter((region) => !regions.includes(region))
    .map((region) => ({ path: ['quotas', 'tokensPerDay', region], allowed }));
}
