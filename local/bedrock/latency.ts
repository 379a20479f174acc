import { matches } from './model-call.ts';
import type { Random } from './seeded-random.ts';

/** How fast a model answers. Times and speeds are lognormal around their medians. */
export interface LatencyProfile {
  /** The median time to the first token. */
  readonly firstTokenMs: number;
  /** The spread of that time. With 0.5, the 99th percentile is 3.2 times the median. 0: none. */
  readonly sigma: number;
  /** The time that each 1,000 input tokens add to the first token. */
  readonly msPerThousandInputTokens: number;
  /** The median speed after the first token. `Infinity`: the whole answer comes at once. */
  readonly tokensPerSecond: number;
  /** The spread of that speed between calls. Within a call, the speed is constant. */
  readonly speedSigma: number;
}

export interface Latency extends Partial<LatencyProfile> {
  /** Other values for some models, by pattern (`*haiku*`); the first pattern that matches applies. */
  readonly models?: Readonly<Record<string, Partial<LatencyProfile>>>;
}

/** The times of one call. */
export interface Pace {
  readonly firstTokenMs: number;
  /** The time between two tokens. */
  readonly msPerToken: number;
}

/** The fields that a latency does not set: nearly no time, the same for all calls. */
const INSTANT: LatencyProfile = {
  firstTokenMs: 1,
  sigma: 0,
  msPerThousandInputTokens: 0,
  tokensPerSecond: Infinity,
  speedSigma: 0,
};

/** Draws the times of a call. */
export function drawPace(
  { models = {}, ...base }: Latency,
  model: string,
  inputTokens: number,
  random: Random,
): Pace {
  const own = Object.entries(models).find(([pattern]) => matches(pattern, model))?.[1];
  const profile: LatencyProfile = { ...INSTANT, ...base, ...own };
  const { firstTokenMs, msPerThousandInputTokens, tokensPerSecond } = profile;
  const inputMs = (msPerThousandInputTokens * inputTokens) / 1000;
  return {
    firstTokenMs: firstTokenMs * lognormal(profile.sigma, random) + inputMs,
    msPerToken: (1000 / tokensPerSecond) * lognormal(profile.speedSigma, random),
  };
}

/** Draws from the lognormal distribution with median 1. Without a spread, it draws nothing. */
export function lognormal(sigma: number, random: Random): number {
  return sigma === 0 ? 1 : Math.exp(sigma * standardNormal(random));
}

/** Draws with the Box-Muller transform. `1 - random()` keeps the logarithm's argument above 0. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
