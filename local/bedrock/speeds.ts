import type { AnswerLength } from './answer.ts';
import type { Latency } from './latency.ts';

/** A choice of times and lengths of answers, by name. */
export interface Speed {
  readonly latency: Latency;
  /** @default answers are short */
  readonly answers?: AnswerLength;
}

export const SPEED_NAMES = ['instant', 'quick', 'realistic'] as const;
export type SpeedName = (typeof SPEED_NAMES)[number];

/**
 * The medians of the realistic speed were published for these models:
 * - Sonnet 4.5: 1.80 s and 63 tokens/s, Artificial Analysis, as quoted in November 2025 at
 *   lattice.uptownhr.com/claude-opus-4-5/speed-analysis. Opus 4.1, there too: 2.67 s and 45 tokens/s.
 * - Sonnet 4.6: 1.2 s and 86 tokens/s, bridgebench.ai/speedbench/claude-sonnet-4-6. Models that are
 *   not in the list get these values.
 * - Haiku 4.5: 0.48 s (Artificial Analysis, at shadabchow.com) to 0.90 s (lmspeed.net), and 112
 *   tokens/s (lmspeed.net).
 *
 * The spreads are those of 100 calls to one model on Bedrock (huggingface.co/datasets/ssong1/
 * llmperf-bedrock): the 99th percentile of the first token is 1.8 times the median, and the middle
 * half of the speeds is 57 to 76 tokens/s. The effect of the input and the lengths of the answers are
 * assumptions: 100,000 tokens take 4 s to read, and one answer in ten has more than 1,080 tokens.
 */
export const SPEEDS: Readonly<Record<SpeedName, Speed>> = {
  /** For tests and benchmarks: an answer takes a millisecond. */
  instant: { latency: {} },
  /** For demonstrations: an ordinary answer takes a second or two. */
  quick: {
    latency: { firstTokenMs: 350, sigma: 0.3, tokensPerSecond: 80, speedSigma: 0.15 },
  },
  realistic: {
    latency: {
      firstTokenMs: 1200,
      sigma: 0.25,
      msPerThousandInputTokens: 40,
      tokensPerSecond: 86,
      speedSigma: 0.2,
      models: {
        '*claude-sonnet-4-5*': { firstTokenMs: 1800, tokensPerSecond: 63 },
        '*claude-haiku-4-5*': { firstTokenMs: 600, tokensPerSecond: 112 },
        '*claude-opus-*': { firstTokenMs: 2670, tokensPerSecond: 45 },
      },
    },
    answers: { medianTokens: 300, sigma: 1 },
  },
};
