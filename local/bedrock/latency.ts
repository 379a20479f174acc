import { matches } from './pattern.ts';

/** A lognormal time to the first token plus a steady time for each token of the answer. */
export interface LatencyProfile {
  readonly medianMs: number;
  /** Spread: a sigma of 0.5 puts the 99th percentile at 3.2 times the median; 0 is no spread. */
  readonly sigma: number;
  readonly msPerOutputToken: number;
}

export interface Latency extends Partial<LatencyProfile> {
  /** What differs for some models, by pattern (`*haiku*`); the first that fits counts. */
  readonly models?: Readonly<Record<string, Partial<LatencyProfile>>>;
}

const DEFAULT_PROFILE: LatencyProfile = { medianMs: 150, sigma: 0.4, msPerOutputToken: 1 };

/** How long this answer takes, in milliseconds. */
export function drawLatencyMs(
  { models = {}, ...base }: Latency,
  model: string,
  outputTokens: number,
  random: () => number,
): number {
  const own = Object.entries(models).find(([pattern]) => matches(pattern, model))?.[1];
  const { medianMs, sigma, msPerOutputToken } = { ...DEFAULT_PROFILE, ...base, ...own };
  return medianMs * Math.exp(sigma * standardNormal(random)) + msPerOutputToken * outputTokens;
}

/** Box-Muller; 1 - u keeps the logarithm's argument above 0. */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
