import { matches } from './model-call.ts';
import type { Random } from './seeded-random.ts';

/** A lognormal time to the first token, plus a constant time for each token of the answer. */
export interface LatencyProfile {
  readonly medianMs: number;
  /** The spread. With 0.5, the 99th percentile is 3.2 times the median; 0 means no spread. */
  readonly sigma: number;
  readonly msPerOutputToken: number;
}

export interface Latency extends Partial<LatencyProfile> {
  /** Other values for some models, by pattern (`*haiku*`); the first pattern that matches applies. */
  readonly models?: Readonly<Record<string, Partial<LatencyProfile>>>;
}

const DEFAULT_PROFILE: LatencyProfile = { medianMs: 150, sigma: 0.4, msPerOutputToken: 1 };

/** Draws the latency of an answer. */
export function drawLatencyMs(
  { models = {}, ...base }: Latency,
  model: string,
  outputTokens: number,
  random: Random,
): number {
  const own = Object.entries(models).find(([pattern]) => matches(pattern, model))?.[1];
  const { medianMs, sigma, msPerOutputToken } = { ...DEFAULT_PROFILE, ...base, ...own };
  return medianMs * Math.exp(sigma * standardNormal(random)) + msPerOutputToken * outputTokens;
}

/** Draws with the Box-Muller transform. `1 - random()` keeps the logarithm's argument above 0. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
