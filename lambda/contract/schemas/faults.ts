/** What is wrong with an input, told to its author: never with the texts that it holds. */
import type * as z from 'zod';

export interface Fault {
  /** `inferenceConfig.maxTokens`; `body` for the whole. */
  readonly field: string;
  readonly detail: string;
}

/** An input can hold thousands; its author needs the first few. */
const MAX_FAULTS = 20;

export function faultsOf(error: z.ZodError, input: unknown, describe = kindOf): readonly Fault[] {
  return error.issues.flatMap((issue) => faults(issue, input, describe)).slice(0, MAX_FAULTS);
}

/** Quotes a text of a URL, which is no prompt; shortened, because a cursor is long. */
export function quoteOf(value: unknown): string {
  if (typeof value !== 'string') return kindOf(value);
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value);
}

function faults(
  issue: z.core.$ZodIssue,
  input: unknown,
  describe: (value: unknown) => string,
): readonly Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key]),
      detail: 'no such field',
    }));
  }
  const value = issue.path.reduce<unknown>((at, step) => Object(at)[step], input);
  const allowed = issue.message
    .replace(/^(Too (big|small)|Invalid [a-z]+): expected /, '')
    .replace(/, received .*$/, '');
  return [{ field: fieldOf(issue.path), detail: `got ${describe(value)}, allowed is ${allowed}` }];
}

function fieldOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body';
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, 64)}`))
    .join('')
    .replace(/^\./, '');
}

/** Texts may be prompts, so of them only the kind is told. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'string' ? 'a string' : 'an object';
}
