/** The form that sets an override: its texts, and the request that they make. */
import {
  OVERRIDE_SCOPES,
  type OverrideMode,
  type OverrideScope,
} from '../../../../lambda/contract/words.ts';
import type { AdminHealth } from './health-words.ts';

export interface OverrideDraft {
  readonly scope: OverrideScope;
  readonly key: string;
  readonly mode: OverrideMode;
  readonly reason: string;
  /** The duration in the unit, as it was entered. */
  readonly duration: string;
  readonly unit: DurationUnit;
}

/** The units of a duration, with their lengths in seconds. */
export const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const;
export type DurationUnit = keyof typeof UNITS;

export const MODE_WORDS: Readonly<Record<OverrideMode, string>> = {
  'force-open': 'force-open: blocks every call',
  'force-closed': 'force-closed: allows every call, counts none',
  observe: 'observe: counts calls, blocks none',
};

export const FIRST_DRAFT: OverrideDraft = {
  scope: 'target',
  key: '',
  mode: 'force-open',
  reason: '',
  duration: '1',
  unit: 'hours',
};

/** Returns the names that an override of each scope can have. */
export function keysOf(health: AdminHealth): Readonly<Record<OverrideScope, readonly string[]>> {
  return {
    target: health.targets.map(({ target }) => target),
    profile: health.profiles.map(({ profile }) => profile),
    model: health.models.map(({ model }) => model),
    region: health.regions.map(({ region }) => region),
  };
}

/** The scopes that have a name to choose: a chain without inference profiles has no profile. */
export function scopesOf(health: AdminHealth): readonly OverrideScope[] {
  const keys = keysOf(health);
  return OVERRIDE_SCOPES.filter((scope) => keys[scope].length > 0);
}

/** Returns the draft with a key that its scope has. */
export function withScope(
  draft: OverrideDraft,
  scope: OverrideScope,
  health: AdminHealth,
): OverrideDraft {
  const keys = keysOf(health)[scope];
  return { ...draft, scope, key: keys.includes(draft.key) ? draft.key : (keys[0] ?? '') };
}

/** Returns the body of the request. The API checks its values. */
export function overrideBody({ mode, reason, duration, unit }: OverrideDraft) {
  // An empty field is 0 for Number, which would be a valid number of seconds for no one.
  const count = duration.trim() === '' ? Number.NaN : Number(duration);
  return {
    mode,
    reason,
    ...(Number.isFinite(count) && { expiresInSeconds: count * UNITS[unit] }),
  };
}

/** Returns the fault of a duration that is no number; the API checks the range. */
export function durationFault({ duration }: OverrideDraft): string | undefined {
  const isNumber = duration.trim() !== '' && Number.isFinite(Number(duration));
  return isNumber ? undefined : `got ${duration.trim() || 'nothing'}, allowed is a number above 0`;
}

/** True for an override that stops all calls of a whole region, which needs a second look. */
export function needsConfirmation({ scope, mode }: OverrideDraft): boolean {
  return scope === 'region' && mode === 'force-open';
}
