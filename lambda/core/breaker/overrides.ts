import { OVERRIDE_MODES, type OverrideMode } from '../../contract/words.ts';
import type { StoredRecord } from './circuit-store.ts';
import { isObject } from './record.ts';

/** An operator's word, which goes before the breaker's own. Times in milliseconds. */
export interface Override {
  readonly mode: OverrideMode;
  readonly reason: string;
  readonly actor: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** All overrides, by `<scope>/<key>`. They lie in one record, so that one read knows them. */
export interface Overrides {
  readonly version: number;
  readonly entries: Readonly<Record<string, Override>>;
  /** When the last force-open of a scope was lifted or replaced; circuits then start a recovery. */
  readonly forceOpenEndedMs: Readonly<Record<string, number>>;
}

export const NO_OVERRIDES: Overrides = { version: 0, entries: {}, forceOpenEndedMs: {} };

/** force-open > observe > force-closed; on a tie the narrower scope. */
export function effectiveOverride(
  overrides: Overrides,
  scopes: readonly string[],
  nowMs: number,
): Override | undefined {
  const scope = overridingScope(overrides, scopes, nowMs);
  return scope === undefined ? undefined : overrides.entries[scope];
}

/** The scope, out of those that a circuit is in, whose override is the one in force. */
export function overridingScope(
  overrides: Overrides,
  scopes: readonly string[],
  nowMs: number,
): string | undefined {
  const live = scopes.filter((scope) => isLive(overrides.entries[scope], nowMs));
  const strongest = STRENGTH.find((mode) => live.some((s) => overrides.entries[s]?.mode === mode));
  return live.find((scope) => overrides.entries[scope]?.mode === strongest);
}

/** The override of a scope, unless it has expired. */
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

/** When a force-open last ended for a circuit, by its expiry or by hand; 0 for never. */
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

/** Whether any override bears on these scopes, or ever ended there. */
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

/** A circuit without a call for so long takes up its old state again when a force-open ended. */
const REMEMBERED_MS = 7 * 86_400_000;

export function toOverridesRecord({ version, entries, forceOpenEndedMs }: Overrides): StoredRecord {
  return {
    version,
    overrides: mapValues(entries, ({ mode, reason, actor, sinceMs, untilMs }) => ({
      mode,
      reason,
      actor,
      since: new Date(sinceMs).toISOString(),
      until: new Date(untilMs).toISOString(),
    })),
    forceOpenEnded: mapValues(forceOpenEndedMs, (endMs) => new Date(endMs).toISOString()),
  };
}

/** `undefined` for anything that `toOverridesRecord` would not have written. */
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

function timeOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function mapValues<From, To>(
  values: Readonly<Record<string, From>>,
  convert: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, convert(value)]));
}
