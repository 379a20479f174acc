import type { WhenOpen } from '../../contract/words.ts';
import type { RetryTime } from './back-off.ts';
import type { Attempt, RefusedRequest, RunResult } from './run-result.ts';

/** How a run ends; the attempts join it when it is given back. */
export type End<Result = RunResult> = Result extends unknown ? Omit<Result, 'attempts'> : never;

export const REFUSED = {
  invalid: {
    type: 'urn:holdfast:problem:request-refused',
    title: 'The model refused the request as invalid',
  },
  tooLong: {
    type: 'urn:holdfast:problem:prompt-too-long',
    title: 'The prompt is too long for every model that may serve it',
  },
  unusable: {
    type: 'urn:holdfast:problem:unusable-answer',
    title: 'The models gave no usable answer',
  },
} satisfies Record<string, RefusedRequest>;

export interface RunWithoutAnswer {
  readonly attempts: readonly Attempt[];
  /** When the targets that did not serve may be tried again. */
  readonly retryTimes: readonly RetryTime[];
  readonly hasUnusableAnswers: boolean;
  readonly whenOpen: WhenOpen;
  /** When to try again where no target says. */
  readonly backOff: () => RetryTime;
}

/** No target is left. What only the targets are to blame for fails no job that may wait. */
export function endWithoutAnswer(run: RunWithoutAnswer): End {
  const { attempts, retryTimes, hasUnusableAnswers, whenOpen, backOff } = run;
  if (hasUnusableAnswers) return { outcome: 'refused', error: REFUSED.unusable };
  const tooLong = attempts.filter(({ reason }) => reason === 'too-long');
  if (tooLong.length > 0 && tooLong.length === attempts.length) {
    return { outcome: 'refused', error: REFUSED.tooLong };
  }
  const [soonest] = retryTimes.toSorted((a, b) => a.retryAtMs - b.retryAtMs);
  const { retryAtMs, isJittered } = soonest ?? backOff();
  return whenOpen === 'fail'
    ? { outcome: 'unavailable', retryAtMs }
    : { outcome: 'deferred', retryAtMs, isJittered };
}
