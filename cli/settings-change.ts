import { parseSettings, SettingsError } from '../lambda/contract/schemas/settings.ts';
import { parseEdit } from '../lambda/contract/schemas/settings-edit.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** SSM's largest parameter. */
const MOST_BYTES = 8192;

/**
 * Returns the settings with these values replaced. `assignments` are texts such as
 * `breaker.cooldownSeconds=10` or `chains.default.tiers[0].maxTokens=256`; a value is JSON or a plain text.
 */
export function withAssignments(settings: Json, assignments: readonly string[]): Json {
  return assignments.reduce((changed, assignment) => {
    const [, path = '', value = ''] = /^([\w.[\]-]+)=([\s\S]+)$/.exec(assignment) ?? [];
    const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
    if (steps.length === 0) {
      const message = `${assignment}: allowed is a path and a value, such as breaker.cooldownSeconds=10`;
      throw new CommandError(EXIT.usage, message);
    }
    return replaced(changed, steps, jsonOrText(value));
  }, settings);
}

function replaced(value: Json, [step, ...rest]: readonly string[], by: Json): Json {
  if (step === undefined) return by;
  if (Array.isArray(value)) {
    const index = Number(step);
    return value.map((each, i) => (i === index ? replaced(each, rest, by) : each));
  }
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, Json>) : {};
  // `fromEntries` defines its fields, so `__proto__` is a field like any other.
  const others = Object.entries(fields).filter(([name]) => name !== step);
  const present = Object.hasOwn(fields, step) ? (fields[step] ?? null) : {};
  return Object.fromEntries([...others, [step, replaced(present, rest, by)]]);
}

function jsonOrText(value: string): Json {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/**
 * Checks settings as the functions do, and returns their text. Throws an error with a line for each
 * fault. `deployed` is the text of the deployed settings, which limit what an edit may change.
 */
export function checkedText(settings: unknown, deployed: string): string {
  try {
    const limits = parseSettings(JSON.parse(deployed), 'the deployed settings');
    const text = JSON.stringify(parseEdit(JSON.stringify(settings), limits, 'the edit'));
    const bytes = Buffer.byteLength(text);
    if (bytes <= MOST_BYTES) return text;
    const message = `The settings take ${bytes} bytes of JSON, allowed is at most ${MOST_BYTES}`;
    throw new CommandError(EXIT.rejected, message);
  } catch (error: unknown) {
    if (!(error instanceof SettingsError)) throw error;
    throw new CommandError(EXIT.rejected, error.message);
  }
}

/** The value at a path, before and after; undefined where the path did not or does not exist. */
export interface Change {
  readonly path: string;
  readonly from?: Json;
  readonly to?: Json;
}

/** Returns the changes of values, each with its path, sorted as the settings are. */
export function changesBetween(from: Json | undefined, to: Json | undefined, path = ''): Change[] {
  if (isObject(from) && isObject(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return names.flatMap((name) => changesBetween(from[name], to[name], join(path, name)));
  }
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
}

/** An array counts as an object whose names are its indexes. */
function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null;
}

function join(path: string, name: string): string {
  if (/^\d+$/.test(name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

export function changeText({ path, from, to }: Change): string {
  const show = (value: Json | undefined) => (value === undefined ? 'none' : JSON.stringify(value));
  return `${path}: ${show(from)} → ${show(to)}`;
}

/** Returns the value at a path such as `chains.default.tiers[0].maxTokens`, or undefined. */
export function valueAt(settings: Json, path: string): Json | undefined {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  return steps.reduce<Json | undefined>(
    (value, step) => (isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined),
    settings,
  );
}
