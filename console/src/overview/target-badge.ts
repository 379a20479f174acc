import {
  CIRCUIT_SIGNS,
  computedState,
  type TargetHealth,
} from '../views/operators/health-words.ts';
import type { SignName, Tone } from '../views/sign-names.ts';

/** A state as shape, text and colour. */
export interface Badge {
  readonly sign: SignName;
  readonly tone: Tone;
  readonly word: string;
}

/** Returns the state that the target's calls have led to. An override stands beside it. */
export function badgeOf(target: TargetHealth): Badge {
  const { circuit, health, cause, configErrors } = target;
  if (configErrors?.disabledSince !== undefined) {
    return { sign: 'stop', tone: 'bad', word: 'disabled' };
  }
  if (cause === 'quota-day') return { sign: 'pause', tone: 'bad', word: 'daily quota used up' };
  if (cause === 'region-unhealthy') {
    return { sign: 'dash', tone: 'bad', word: `${circuit}, region unhealthy` };
  }
  if (health === 'waiting') return { sign: 'clock', tone: 'idle', word: `${circuit}, waiting` };
  const [sign, tone] = CIRCUIT_SIGNS[circuit];
  return { sign, tone, word: computedState(target) };
}
