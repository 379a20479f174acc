import { drawAnswerTokens } from '../../../local/bedrock/answer.ts';
import { timeOfToken } from '../../../local/bedrock/course.ts';
import type { FaultRule } from '../../../local/bedrock/fault-rule.ts';
import { drawPace } from '../../../local/bedrock/latency.ts';
import type { Random } from '../../../local/bedrock/seeded-random.ts';

/** Answers of about 5 s: 1.2 s to the first token, then 230 tokens at 60 tokens/s. */
export const SPEED = {
  latency: { firstTokenMs: 1200, sigma: 0.25, tokensPerSecond: 60, speedSigma: 0.15 },
  answers: { medianTokens: 230, sigma: 0.15 },
};

/** The lengths of the long answers in tokens. At half the speed, they take 60, 80, 100 and 120 s. */
const LONG_TOKENS = [1800, 2400, 3000, 3600] as const;
const LONG_SLOWDOWN = 2;

/** The rules that make the answers to long prompts long. */
export const LONG_ANSWERS: readonly FaultRule[] = [
  { fault: 'slow-tokens', prompt: 'long*', factor: LONG_SLOWDOWN },
  ...LONG_TOKENS.map((tokens, i) => ({
    fault: 'long-answer' as const,
    prompt: `long ${i} *`,
    tokens,
  })),
];

/** A mix of answers of about 5 s and of 60 to 120 s. */
export interface Mix {
  readonly name: string;
  /** The share of the long answers, 0 to 1. */
  readonly longShare: number;
}

export const MIXES: readonly Mix[] = [
  { name: 'uniform', longShare: 0 },
  { name: '10 % long', longShare: 0.1 },
];

/** Returns the prompt of the n-th job. The long answers are spread evenly over the jobs. */
export function promptOf(mix: Mix, n: number): string {
  const tokens = longTokensOf(mix, n);
  return tokens === undefined ? `short ${n}` : `long ${LONG_TOKENS.indexOf(tokens)} ${n}`;
}

/** Returns the mean time to the end of the slowest answer of a batch, in seconds. */
export function meanBatchSeconds(mix: Mix, batch: number, random: Random): number {
  const samples = 20_000 / batch;
  let sumMs = 0;
  for (let i = 0; i < samples; i++) {
    const ms = Array.from({ length: batch }, () =>
      answerMs(mix, Math.floor(random() * 1000), random),
    );
    sumMs += Math.max(...ms);
  }
  return sumMs / samples / 1000;
}

function answerMs(mix: Mix, n: number, random: Random): number {
  const pace = drawPace(SPEED.latency, 'any model', 0, random);
  const long = longTokensOf(mix, n);
  if (long === undefined) return timeOfToken(pace, drawAnswerTokens(SPEED.answers, random));
  return timeOfToken({ ...pace, msPerToken: pace.msPerToken * LONG_SLOWDOWN }, long);
}

/** Returns the length of the n-th answer, if it is a long one. */
function longTokensOf({ longShare }: Mix, n: number): (typeof LONG_TOKENS)[number] | undefined {
  const longBefore = Math.floor(n * longShare);
  const isLong = Math.floor((n + 1) * longShare) > longBefore;
  return isLong ? LONG_TOKENS[longBefore % LONG_TOKENS.length] : undefined;
}
