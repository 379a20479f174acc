/** Describes values of JSON, and checks values against the descriptions as the service does. */

export type Shape =
  | 'text'
  | 'number'
  | 'boolean'
  /** Any value of JSON. */
  | 'document'
  /** A text in base64. */
  | 'bytes'
  | { readonly oneOf: readonly string[] }
  | { readonly list: Shape }
  | { readonly map: Shape }
  | {
      readonly name: string;
      readonly required: readonly string[];
      readonly fields: Readonly<Record<string, Shape>>;
    }
  | { readonly name: string; readonly union: Readonly<Record<string, Shape>> };

/** Describes an object. The names of the fields that it must have end with an exclamation mark. */
export function structure(name: string, fields: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(fields);
  return {
    name,
    required: entries.flatMap(([key]) => (key.endsWith('!') ? key.slice(0, -1) : [])),
    fields: Object.fromEntries(entries.map(([key, shape]) => [key.replace('!', ''), shape])),
  };
}

export function union(name: string, fields: Readonly<Record<string, Shape>>): Shape {
  return { name, union: fields };
}

export function list(shape: Shape): Shape {
  return { list: shape };
}

export function oneOf(...values: readonly string[]): Shape {
  return { oneOf: values };
}

/**
 * Returns the reason for which the service refuses a value. An unknown field is refused, too: the
 * service may ignore it, but a client that sends one has a fault.
 *
 * @param at the place of the value, such as `messages.0.content`
 */
export function shapeRefusal(shape: Shape, value: unknown, at: string): string | undefined {
  if (typeof shape === 'string') return isPlain(shape, value) ? undefined : wrong(at, NOUNS[shape]);
  if ('oneOf' in shape) {
    const isOne = typeof value === 'string' && shape.oneOf.includes(value);
    return isOne ? undefined : wrong(at, `satisfy enum value set: [${shape.oneOf.join(', ')}]`);
  }
  if ('list' in shape) {
    if (!Array.isArray(value)) return wrong(at, 'be a list');
    return firstOf(value.entries(), ([i, each]) => shapeRefusal(shape.list, each, `${at}.${i}`));
  }
  if (!isObject(value)) return wrong(at, 'be an object');
  if ('map' in shape) {
    const entries = Object.entries(value);
    return firstOf(entries, ([key, each]) => shapeRefusal(shape.map, each, `${at}.${key}`));
  }
  return 'union' in shape ? unionRefusal(shape, value, at) : structureRefusal(shape, value, at);
}

/** The text with which the service refuses a value that breaks a constraint. */
export function wrong(at: string, must: string): string {
  return `1 validation error detected: Value at '${at}' failed to satisfy constraint: Member must ${must}`;
}

function structureRefusal(
  { required, fields }: Extract<Shape, { required: unknown }>,
  value: Readonly<Record<string, unknown>>,
  at: string,
): string | undefined {
  const inside = (key: string) => (at === '' ? key : `${at}.${key}`);
  const missing = required.find((key) => (value[key] ?? null) === null);
  if (missing !== undefined) return wrong(inside(missing), 'not be null');
  return firstOf(Object.entries(value), ([key, each]) => {
    const shape = Object.hasOwn(fields, key) ? fields[key] : undefined;
    return shape ? shapeRefusal(shape, each, inside(key)) : extraneous(inside(key));
  });
}

function unionRefusal(
  { name, union }: Extract<Shape, { union: unknown }>,
  value: Readonly<Record<string, unknown>>,
  at: string,
): string | undefined {
  const [key = '', ...others] = Object.keys(value);
  const shape = Object.hasOwn(union, key) ? union[key] : undefined;
  if (!shape || others.length > 0) {
    return `${name} object at ${at} must set one of the following keys: ${Object.keys(union).join(', ')}.`;
  }
  return shapeRefusal(shape, value[key], `${at}.${key}`);
}

function extraneous(at: string): string {
  return `Malformed input request: #: extraneous key [${at}] is not permitted, please reformat your input and try again.`;
}

const NOUNS = {
  text: 'be a string',
  number: 'be a number',
  boolean: 'be a boolean',
  document: 'not be null',
  bytes: 'be a base64-encoded string',
} as const;

function isPlain(shape: keyof typeof NOUNS, value: unknown): boolean {
  switch (shape) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'document':
      return value !== undefined;
    case 'bytes':
      return typeof value === 'string' && value.length % 4 === 0 && BASE64.test(value);
    default:
      return shape satisfies never;
  }
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the first reason that is found for one of the items. */
export function firstOf<Item>(
  items: Iterable<Item>,
  refusalOf: (item: Item) => string | undefined,
): string | undefined {
  for (const item of items) {
    const refusal = refusalOf(item);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
