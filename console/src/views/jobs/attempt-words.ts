/** Words and signs for the attempts of a job. A sign differs by shape, so that colour is not needed. */
import type { Attempt } from '../../../contract/jobs.ts';
import type { SignName, Tone } from '../sign-names.ts';

type OutcomeWords = readonly [
  sign: SignName,
  tone: Tone,
  /** They follow the name of the target: `us-east-1 sonnet-4-5 timed out`. */
  words: string,
];

const OUTCOMES: Readonly<Record<Attempt['outcome'], OutcomeWords>> = {
  answered: ['check', 'good', 'answered'],
  skipped: ['dash', 'idle', 'skipped'],
  aborted: ['stop', 'idle', 'was stopped'],
  'quota-minute': ['cross', 'bad', 'throttled'],
  'quota-day': ['cross', 'bad', 'had used up its daily quota'],
  capacity: ['cross', 'bad', 'had no capacity'],
  fault: ['cross', 'bad', 'failed'],
  timeout: ['cross', 'bad', 'sent no token in time'],
  network: ['cross', 'bad', 'could not be reached'],
  'broken-stream': ['cross', 'bad', 'broke off its answer'],
  'model-error': ['cross', 'bad', 'could not process the request'],
  config: ['cross', 'bad', 'is not configured to answer'],
  job: ['cross', 'bad', 'refused the request'],
  unusable: ['cross', 'bad', 'gave no usable answer'],
};

/** The reasons for skipping a target, as the end of a sentence: "It was skipped because …". */
const SKIPS: Readonly<Record<string, readonly [short: string, because: string]>> = {
  open: ['open', 'its circuit is open'],
  'half-open': ['recovering', 'its circuit is half open, and all permits of the stage are taken'],
  ramp: ['ramping up', 'it gets a share of the calls'],
  'forced-open': ['forced open', 'an operator forced its circuit open'],
  unknown: ['state unknown', 'the state of its circuit could not be read'],
  'quota-day': ['daily quota', 'the daily quota of its region is used up'],
  'quota-full': ['out of quota', 'its quota is used up'],
  disabled: ['disabled', 'configuration errors disabled it'],
  'region-unhealthy': ['region unhealthy', 'other targets of its region fail'],
  refused: ['refused before', 'it refused this request in an earlier run'],
  'too-long': ['prompt too long', 'the prompt leaves no room for an answer in its window'],
};

const UNSUPPORTED = 'unsupported:';

export function signOf({ outcome }: Pick<Attempt, 'outcome'>): {
  readonly sign: SignName;
  readonly tone: Tone;
} {
  const [sign, tone] = OUTCOMES[outcome];
  return { sign, tone };
}

/** Returns `throttled`, `answered`, `skipped: open`. */
export function outcomeWords({ outcome, reason }: Pick<Attempt, 'outcome' | 'reason'>): string {
  const [, , words] = OUTCOMES[outcome];
  return outcome === 'skipped' && reason !== undefined ? `${words}: ${skipWord(reason)}` : words;
}

/** Returns a sentence on one attempt. It begins with the target. */
export function attemptSentence({ target, outcome, reason }: Attempt): string {
  if (outcome === 'skipped') return `${target} was skipped because ${becauseOf(reason)}.`;
  const named = reason === undefined ? '' : ` (${reason})`;
  return `${target} ${outcomeWords({ outcome })}${named}.`;
}

/** Returns the word for a reason to skip a target: `open`, `lacks tools`. */
export function skipWord(reason: string): string {
  return wordsOf(reason)[0];
}

/** Returns the end of the sentence "It was skipped because …". */
export function becauseOf(reason: string | undefined): string {
  return reason === undefined ? 'it admits no calls' : wordsOf(reason)[1];
}

function wordsOf(reason: string): readonly [short: string, because: string] {
  const known = Object.hasOwn(SKIPS, reason) ? SKIPS[reason] : undefined;
  if (known) return known;
  if (!reason.startsWith(UNSUPPORTED)) return [reason, `of: ${reason}`];
  const need = reason.slice(UNSUPPORTED.length);
  return [`lacks ${need}`, `it lacks what the job needs: ${need}`];
}
