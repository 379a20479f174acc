import { OVERRIDE_MODES, type OverrideMode } from '../../contract/words.ts';
import { isoTime } from '../clock.ts';
import type { StoredRecord } from './circuit-store.ts';
import { splitScopeName } from './override-scopes.ts';
import { isObject, timeOf } from './record-fields.ts';

/**
 * An operator's decision, which overrules the breaker's own. Times are milliseconds since the Unix
 * epoch.
 */
export interface Override {
  readonly mode: OverrideMode;
  readonly reason: string;
  readonly actor: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** An override together with its scope and key. */
export interface ScopedOverride extends Override {
  /** `target`, `profile`, `model` or `region`. */
  readonly scope: string;
  readonly key: string;
}

/** All overrides, by `<scope>/<key>`. They share one record, so one read returns all of them. */
export interface Overrides {
  readonly version: number;
  readonly entries: Readonly<Record<string, Override>>;
  /** The end of each scope's last force-open. The scope's circuits then start a recovery. */
  readonly forceOpenEndedMs: Readonly<Record<string, number>>;
}

export const NO_OVERRIDES: Overrides = { version: 0, entries: {}, forceOpenEndedMs: {} };

/**
 * Returns the strongest live override of these scopes: force-open > observe > force-closed. If two
 * are equally strong, the one with the narrower scope wins. `scopes` starts with the narrowest.
 */
export function effectiveOverride(
  { entries }: Overrides,
  scopes: readonly string[],
  nowMs: number,
): ScopedOverride | undefined {
  const live = scopes.flatMap((name) => {
    const entry = entries[name];
    return entry && isLive(entry, nowMs) ? [{ ...entry, ...splitScopeName(name) }] : [];
  });
  const [strongest] = STRENGTH.flatMap((mode) => live.filter((entry) => entry.mode === mode));
  return strongest;
}

/** Returns a scope's override, if it has not expired. */
export function liveOverride(
  { entries }: Overrides,
  scope: string,
  nowMs: number,
): Override | undefined {
  return isLive(entries[scope], nowMs) ? entries[scope] : undefined;
}

function isLive(entry: Override | undefined, nowMs: number): boolean {
  return entry !== undefined && nowMs < entry.untilMs;
}

const STRENGTH: readonly OverrideMode[] = ['force-open', 'observe', 'force-closed'];

/** Returns the time when a force-open of these scopes last ended, or 0 if none did. */
export function forceOpenEndedMs(
  overrides: Overrides,
  scopes: readonly string[],
  nowMs: number,
): number {
  const ends = scopes.map((scope) => {
    const entry = overrides.entries[scope];
    const expired = entry?.mode === 'force-open' && entry.untilMs <= nowMs ? entry.untilMs : 0;
    return Math.max(expired, overrides.forceOpenEndedMs[scope] ?? 0);
  });
  return Math.max(0, ...ends);
}

/** Returns true if one of these scopes has an override, or had a force-open. */
export function concerns(overrides: Overrides, scopes: readonly string[]): boolean {
  return scopes.some(
    (scope) => overrides.entries[scope] || overrides.forceOpenEndedMs[scope] !== undefined,
  );
}

/** Sets the override of a scope, or lifts it. */
export function withOverride(
  overrides: Overrides,
  scope: string,
  override: Override | undefined,
  nowMs: number,
): Overrides {
  const ended = { ...overrides.forceOpenEndedMs };
  const entries: Record<string, Override> = {};
  for (const [name, entry] of Object.entries(overrides.entries)) {
    const stays = nowMs < entry.untilMs && name !== scope;
    if (stays) entries[name] = entry;
    else if (entry.mode === 'force-open' && override?.mode !== 'force-open') {
      ended[name] = Math.min(nowMs, entry.untilMs);
    }
  }
  if (override) entries[scope] = override;
  const recent = Object.entries(ended).filter(([, endMs]) => nowMs - endMs < REMEMBERED_MS);
  return {
    version: overrides.version + 1,
    entries,
    forceOpenEndedMs: Object.fromEntries(recent),
  };
}

/**
 * The time for which the end of a force-open is remembered. A circuit that gets no call within this
 * time resumes its earlier state and does not start a recovery.
 */
const REMEMBERED_MS = 7 * 86_400_000;

export function toOverridesRecord({ version, entries, forceOpenEndedMs }: Overrides): StoredRecord {
  return {
    version,
    overrides: mapValues(entries, ({ mode, reason, actor, sinceMs, untilMs }) => ({
      mode,
      reason,
      actor,
      since: isoTime(sinceMs),
      until: isoTime(untilMs),
    })),
    forceOpenEnded: mapValues(forceOpenEndedMs, isoTime),
  };
}

/**
 * Returns the overrides in a record, or `undefined` if `toOverridesRecord` cannot have written the
 * record.
 */
export function fromOverridesRecord(record: unknown): Overrides | undefined {
  if (record === undefined) return NO_OVERRIDES;
  if (!isObject(record) || !isObject(record.overrides) || !isObject(record.forceOpenEnded)) {
    return undefined;
  }
  const { version } = record;
  const entries = Object.entries(record.overrides).map(([name, entry]) => [name, entryOf(entry)]);
  const ended = Object.entries(record.forceOpenEnded).map(([name, at]) => [name, timeOf(at)]);
  const isWhole = [...entries, ...ended].every(([, value]) => value !== undefined);
  if (typeof version !== 'number' || !isWhole) return undefined;
  return {
    version,
    entries: Object.fromEntries(entries),
    forceOpenEndedMs: Object.fromEntries(ended),
  };
}

function entryOf(value: unknown): Override | undefined {
  if (!isObject(value)) return undefined;
  const { reason, actor } = value;
  const mode = OVERRIDE_MODES.find((known) => known === value.mode);
  const sinceMs = timeOf(value.since);
  const untilMs = timeOf(value.until);
  if (!mode || sinceMs === undefined || untilMs === undefined) return undefined;
  if (typeof reason !== 'string' || typeof actor !== 'string') return undefined;
  return { mode, reason, actor, sinceMs, untilMs };
}

function mapValues<From, To>(
  values: Readonly<Record<string, From>>,
  convert: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, convert(value)]));
}
