/** Checks a caller's input. A fault never quotes a text, because the text may be a prompt. */
import type * as z from 'zod';
import { allowedBy, fieldOf, stepOf, valueAt } from './issue.ts';

export interface Fault {
  /** A path such as `inferenceConfig.maxTokens`; `body` for the whole body. */
  readonly field: string;
  readonly detail: string;
}

export type Parsed<Value> =
  | { readonly valid: true; readonly value: Value }
  | { readonly valid: false; readonly errors: readonly Fault[] };

/**
 * The most faults that are reported. An input can have thousands, but its author needs only the
 * first few.
 */
export const MAX_FAULTS = 20;

/**
 * Checks an input against a schema. `describe` returns the words that a fault uses for the value
 * that was given.
 */
export function parse<Value>(
  schema: z.ZodType<Value>,
  input: unknown,
  describe = kindOf,
): Parsed<Value> {
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    const dropped = droppedField(input);
    return dropped ? invalid(dropped, 'no such field') : { valid: true, value: parsed.data };
  }
  const errors = parsed.error.issues.flatMap((issue) => faultsOf(issue, input, describe));
  return { valid: false, errors: errors.slice(0, MAX_FAULTS) };
}

export function invalid(field: string, detail: string) {
  return { valid: false as const, errors: [{ field, detail }] };
}

/**
 * Quotes a text from a URL, which is never a prompt. A long text, such as a cursor, is shortened.
 */
export function quoteOf(value: unknown): string {
  if (typeof value !== 'string') return kindOf(value);
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value);
}

function faultsOf(
  issue: z.core.$ZodIssue,
  input: unknown,
  describe: (value: unknown) => string,
): readonly Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key], 'body'),
      detail: 'no such field',
    }));
  }
  const branch = branchOf(issue);
  if (branch) return branch.flatMap((each) => faultsOf(each, input, describe));
  const got = describe(valueAt(issue.path, input));
  const detail = `got ${got}, allowed is ${allowedBy(issue)}`;
  return [{ field: fieldOf(issue.path, 'body'), detail }];
}

/**
 * Returns the faults of the form that the author of a value chose, of the forms that it may have:
 * those of the form whose type the value has.
 */
function branchOf(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  const chosen = issue.errors.find((errors) => !errors.some(isOfAnotherType));
  return chosen?.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}

function isOfAnotherType({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

/**
 * Returns the path of the first field `__proto__`, which zod drops from records without a fault. It is
 * not kept either, because copying it into another object would change that object's prototype.
 */
function droppedField(input: unknown): string | undefined {
  // A list instead of a recursion, because a caller decides how deep the input is.
  const unchecked: [path: string, value: unknown][] = [['', input]];
  for (const [path, value] of unchecked) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) return `${path}.__proto__`.replace(/^\./, '');
    for (const [key, each] of Object.entries(value)) {
      unchecked.push([path + stepOf(Array.isArray(value) ? Number(key) : key), each]);
    }
  }
  return undefined;
}

/** Describes a value without quoting a text, which may be a prompt. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'a text' : 'an object';
}
