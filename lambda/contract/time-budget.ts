/**
 * The time limits that follow from the settings: every factor and margin between them is here. All
 * limits scale with the settings, so that a test can run an outage in seconds.
 */
import type { BreakerPolicy, JobPolicy, QuotaPolicy, Settings, Target } from './policy.ts';

/** The longest run that Lambda allows a function. */
const LAMBDA_SECONDS = 900;

/** The time that a worker needs to start, and again to read prompts and to store answers. */
const OVERHEAD_SECONDS = 15;

/** The longest `answerSeconds`: a worker also has to read the prompt and to store the answer. */
export const LONGEST_ANSWER_SECONDS = LAMBDA_SECONDS - 2 * OVERHEAD_SECONDS;

/** A prompt of this many tokens doubles the limit for the first token; twice as many triple it. */
const TOKENS_PER_FIRST_TOKEN_LIMIT = 100_000;

type StreamPolicy = Pick<BreakerPolicy, 'firstTokenSeconds' | 'stallSeconds'>;
type AnswerPolicy = Pick<JobPolicy, 'answerSeconds'>;

/**
 * The worker's timeout in whole seconds: the longest answer, and time for calls that fail before
 * it.
 */
export function workerTimeoutSeconds({ answerSeconds }: AnswerPolicy): number {
  return Math.min(LAMBDA_SECONDS, Math.ceil(1.4 * answerSeconds) + 2 * OVERHEAD_SECONDS);
}

/**
 * The time for which SQS hides a message that a worker received. Lambda recommends six times the
 * worker's timeout, so that it can retry a function that was throttled.
 */
export function visibilitySeconds(jobs: AnswerPolicy): number {
  return 6 * workerTimeoutSeconds(jobs);
}

/** The time after a call that is reserved for storing the answer and for flushing the circuits. */
export function marginMs({ answerSeconds }: AnswerPolicy): number {
  return 1000 * Math.min(answerSeconds / 10, OVERHEAD_SECONDS);
}

/** The time that must be left in the function to start a call: the longest answer and the margin. */
export function timeForACallMs(jobs: AnswerPolicy): number {
  return jobs.answerSeconds * 1000 + marginMs(jobs);
}

/**
 * The time that must be left until a job's deadline to start a call. An answer that needs longer is
 * cut at the deadline.
 */
export function shortestCallMs(breaker: StreamPolicy, jobs: AnswerPolicy): number {
  return streamSettledWithinMs(breaker) + marginMs(jobs);
}

/** The limit for counting a prompt's tokens before a call: half of the call's margin. */
export function countTokensMs(jobs: AnswerPolicy): number {
  return marginMs(jobs) / 2;
}

/**
 * The limit for the first content token of an answer. It grows with the prompt, because a model
 * reads the whole prompt before it writes.
 */
export function firstTokenLimitMs(
  breaker: Pick<BreakerPolicy, 'firstTokenSeconds'>,
  target: Pick<Target, 'firstTokenSeconds'>,
  inputTokens: number,
): number {
  const seconds = target.firstTokenSeconds ?? breaker.firstTokenSeconds;
  return Math.round(1000 * seconds * (1 + inputTokens / TOKENS_PER_FIRST_TOKEN_LIMIT));
}

/**
 * The length of a permit's lease for a call that settles its permit within `settledWithinMs`. The
 * lease is longer, so a call that runs always holds a live lease.
 */
export function permitLeaseMs(settledWithinMs: number): number {
  return Math.round(1.25 * settledWithinMs);
}

/** The time within which a stream settles its permit, for an ordinary prompt. */
export function streamSettledWithinMs({ firstTokenSeconds, stallSeconds }: StreamPolicy): number {
  return 1000 * (firstTokenSeconds + stallSeconds);
}

/** The length of a job's lease. A crash of a worker is noticed when the lease ends. */
export function jobLeaseMs(breaker: StreamPolicy): number {
  return 2 * streamSettledWithinMs(breaker);
}

/** The time between two renewals of a job's lease while a call runs. */
export function leaseRenewalMs(breaker: StreamPolicy): number {
  return jobLeaseMs(breaker) / 4;
}

/** Quotas are per minute, so a longer queue before one says little about its end. */
const LONGEST_BOOKING_SECONDS = 60;

/**
 * The longest time for which a job books quota. The rate of a quota changes at most once in a window,
 * and a booking does not know of a later change.
 */
export function longestBookingMs({ windowSeconds }: Pick<BreakerPolicy, 'windowSeconds'>): number {
  return 1000 * Math.min(windowSeconds, LONGEST_BOOKING_SECONDS);
}

/**
 * The time after its turn in which a job can use the quota that it has booked. Afterwards the quota that
 * it holds flows in again, and others are admitted in its place.
 */
export function bookingValidMs({ burstSeconds }: Pick<QuotaPolicy, 'burstSeconds'>): number {
  return 1000 * burstSeconds;
}

export interface TimeRule {
  /** The path of the setting that an error names. */
  readonly path: readonly (string | number)[];
  /** Completes the sentence "allowed is …". */
  readonly allowed: string;
}

type TimedSettings = Pick<Settings, 'jobs'> & {
  readonly breaker: StreamPolicy & Pick<BreakerPolicy, 'windowSeconds'>;
};

/** Returns the settings whose times cannot hold together, with the inequality that binds them. */
export function brokenTimeRules({ breaker, jobs }: TimedSettings): readonly TimeRule[] {
  const { firstTokenSeconds, stallSeconds } = breaker;
  const { answerSeconds, deadlineSeconds } = jobs;
  const sum = `breaker.firstTokenSeconds (${firstTokenSeconds}) + breaker.stallSeconds (${stallSeconds})`;
  const overheadSeconds = 2 * OVERHEAD_SECONDS;
  const shortestDeadline = shortestCallMs(breaker, jobs) / 1000;
  return [
    ...brokenUnless(answerSeconds <= LONGEST_ANSWER_SECONDS, {
      path: ['jobs', 'answerSeconds'],
      allowed: `at most ${LONGEST_ANSWER_SECONDS}: answerSeconds + ${overheadSeconds} <= ${LAMBDA_SECONDS}, the longest run of a Lambda function`,
    }),
    ...brokenUnless(answerSeconds >= firstTokenSeconds + stallSeconds, {
      path: ['jobs', 'answerSeconds'],
      allowed: `at least ${firstTokenSeconds + stallSeconds}: answerSeconds >= ${sum}`,
    }),
    ...brokenUnless(deadlineSeconds >= shortestDeadline, {
      path: ['jobs', 'deadlineSeconds'],
      allowed: `at least ${shortestDeadline}: deadlineSeconds >= ${sum} + a margin (${marginMs(jobs) / 1000})`,
    }),
  ];
}

/**
 * Returns the rules that the target's own limit for the first token breaks. They are those of the
 * breaker's limit. The paths are within the target.
 */
export function brokenTargetRules(
  { firstTokenSeconds = 0 }: Pick<Target, 'firstTokenSeconds'>,
  {
    breaker: { windowSeconds, stallSeconds },
    jobs: { answerSeconds },
  }: Pick<TimedSettings, 'breaker' | 'jobs'>,
): readonly TimeRule[] {
  const path = ['firstTokenSeconds'];
  return [
    ...brokenUnless(firstTokenSeconds <= windowSeconds, {
      path,
      allowed: `at most ${windowSeconds}: firstTokenSeconds <= breaker.windowSeconds (${windowSeconds}), or slow failures leave the window before they add up`,
    }),
    ...brokenUnless(firstTokenSeconds + stallSeconds <= answerSeconds, {
      path,
      allowed: `at most ${answerSeconds - stallSeconds}: firstTokenSeconds + breaker.stallSeconds (${stallSeconds}) <= jobs.answerSeconds (${answerSeconds})`,
    }),
  ];
}

function brokenUnless(holds: boolean, rule: TimeRule): readonly TimeRule[] {
  return holds ? [] : [rule];
}
