/** Words and signs for the attempts of a job. A sign differs by shape, so that colour is not needed. */
import type { Attempt } from '../../../contract/jobs.ts';
import type { SignName, Tone } from '../sign-names.ts';

interface OutcomeWords {
  readonly sign: SignName;
  readonly tone: Tone;
  /** One or two words, for a chain of attempts. */
  readonly short: string;
  /** The end of a sentence that begins with the target. */
  readonly long: string;
}

const FAILED = { sign: 'cross', tone: 'bad' } as const;

const OUTCOMES: Readonly<Record<Attempt['outcome'], OutcomeWords>> = {
  answered: { sign: 'check', tone: 'good', short: 'answered', long: 'answered.' },
  skipped: { sign: 'dash', tone: 'idle', short: 'skipped', long: 'was not called.' },
  aborted: {
    sign: 'stop',
    tone: 'idle',
    short: 'stopped',
    long: 'was stopped: the job was cancelled, or another run took it over.',
  },
  'quota-minute': {
    ...FAILED,
    short: 'throttled',
    long: 'throttled the call: a quota per minute.',
  },
  'quota-day': {
    ...FAILED,
    short: 'daily quota',
    long: 'refused the call: the daily quota is used up.',
  },
  capacity: { ...FAILED, short: 'no capacity', long: 'had no capacity for the call.' },
  fault: { ...FAILED, short: 'failed', long: 'failed with an internal error.' },
  timeout: { ...FAILED, short: 'timed out', long: 'sent no first token within its limit.' },
  network: {
    ...FAILED,
    short: 'no connection',
    long: 'could not be reached, or cut the connection.',
  },
  'broken-stream': {
    ...FAILED,
    short: 'broke off',
    long: 'broke off its answer after the first token.',
  },
  'model-error': { ...FAILED, short: 'model error', long: 'could not process the request.' },
  config: {
    ...FAILED,
    short: 'not allowed',
    long: 'refused the call because of its configuration: permissions, model id or lifecycle.',
  },
  job: { ...FAILED, short: 'refused', long: 'refused the request as invalid.' },
  unusable: { ...FAILED, short: 'unusable answer', long: 'gave an answer that is not usable.' },
};

/** The reasons for skipping a target, as the end of a sentence: "It was skipped because …". */
const SKIPS: Readonly<Record<string, readonly [short: string, because: string]>> = {
  open: ['open', 'its circuit is open'],
  'half-open': ['recovering', 'its circuit is half open, and all permits of the stage are taken'],
  'forced-open': ['forced open', 'an operator forced its circuit open'],
  unknown: ['state unknown', 'the state of its circuit could not be read'],
  'quota-day': ['daily quota', 'the daily quota of its region is used up'],
  disabled: ['disabled', 'configuration errors disabled it'],
  'region-unhealthy': ['region unhealthy', 'other targets of its region fail'],
  refused: ['refused before', 'it refused this request in an earlier run'],
  'too-long': ['prompt too long', 'the prompt leaves no room for an answer in its window'],
};

const UNSUPPORTED = 'unsupported:';

export function signOf({ outcome }: Pick<Attempt, 'outcome'>): Pick<OutcomeWords, 'sign' | 'tone'> {
  return OUTCOMES[outcome];
}

/** Returns `throttled`, `answered`, `skipped: open`. */
export function outcomeWords({ outcome, reason }: Pick<Attempt, 'outcome' | 'reason'>): string {
  const { short } = OUTCOMES[outcome];
  return outcome === 'skipped' && reason !== undefined ? `${short}: ${skipWord(reason)}` : short;
}

/** Returns a sentence on one attempt. It begins with the target. */
export function attemptSentence({ target, outcome, reason }: Attempt): string {
  if (outcome === 'skipped') return `${target} was skipped because ${becauseOf(reason)}.`;
  const named = reason === undefined ? '' : ` (${reason})`;
  return `${target} ${OUTCOMES[outcome].long.replace(/\.$/, `${named}.`)}`;
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
