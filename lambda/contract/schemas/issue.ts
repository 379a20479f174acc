/** Describes a zod issue to the author of the input: its field, the value given, the values allowed. */
import type * as z from 'zod';

/** Returns a path such as `tiers[0].name`; `whole` is the name of the input itself. */
export function fieldOf(path: readonly PropertyKey[], whole: string): string {
  if (path.length === 0) return whole;
  return path.map(stepOf).join('').replace(/^\./, '');
}

export function stepOf(step: PropertyKey): string {
  return typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, 64)}`;
}

export function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  return path.reduce<unknown>((at, step) => Object(at)[step], input);
}

/** Completes the sentence "allowed is …" for a value that zod refused. */
export function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'above'} ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'below'} ${amount(issue.maximum, issue.origin)}`;
    case 'invalid_key':
      return `a name with ${issue.issues.map(allowedBy).join(' and ')}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap(([first]) => (first ? allowedBy(first) : [])))].join(
        ' or ',
      );
    default:
      return issue.message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'a text',
};

const UNITS: Readonly<Record<string, string>> = { array: 'item', string: 'character' };

function amount(limit: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  if (!unit) return String(limit);
  return `${limit} ${unit}${limit === 1 ? '' : 's'}`;
}
