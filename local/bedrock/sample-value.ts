import type { Json } from '../../lambda/contract/conversation.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The samples of texts whose format a schema demands. */
const TEXTS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/** A schema may refer to itself. Deeper than this, it has no sample. */
const MOST_LEVELS = 20;

/**
 * Returns a value that is valid against a JSON schema: its required properties, with the simplest
 * values. It knows the keywords that Bedrock accepts in schemas, and ignores patterns.
 */
export function sampleOf(schema: unknown, root = schema, level = 0): Json {
  if (typeof schema !== 'object' || schema === null || level > MOST_LEVELS) return null;
  const node = schema as Schema;
  const next = (each: unknown) => sampleOf(each, root, level + 1);
  if (typeof node.$ref === 'string') return next(referred(node.$ref, root));
  if ('const' in node) return node.const;
  for (const choices of [node.enum, node.examples]) {
    if (Array.isArray(choices) && choices.length > 0) return choices[0];
  }
  for (const forms of [node.anyOf, node.oneOf]) {
    if (Array.isArray(forms) && forms.length > 0) return next(forms[0]);
  }
  if (Array.isArray(node.allOf)) return next(merged([node, ...node.allOf]));
  return ofType(node, next);
}

function ofType(node: Schema, next: (schema: unknown) => Json): Json {
  const type = Array.isArray(node.type) ? node.type[0] : node.type;
  switch (type ?? (node.properties ? 'object' : node.items ? 'array' : 'string')) {
    case 'object':
      return objectOf(node, next);
    case 'array':
      return Array.from({ length: Number(node.minItems ?? 1) }, () => next(node.items));
    case 'string':
      return textOf(node);
    case 'integer':
    case 'number':
      return numberOf(node);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function objectOf({ properties = {}, required }: Schema, next: (schema: unknown) => Json): Json {
  const schemas = properties as Schema;
  const names = Array.isArray(required) ? required : Object.keys(schemas);
  return Object.fromEntries(names.map((name) => [name, next(schemas[name] ?? {})]));
}

function textOf({ format, minLength = 0, maxLength = Infinity }: Schema): string {
  const sample = TEXTS[String(format)] ?? 'sample';
  return sample.padEnd(Number(minLength), '.').slice(0, Number(maxLength));
}

function numberOf({ minimum, exclusiveMinimum, maximum, multipleOf = 1 }: Schema): number {
  const least = Number(
    minimum ?? (exclusiveMinimum === undefined ? 1 : Number(exclusiveMinimum) + 1),
  );
  const sample = Math.ceil(least / Number(multipleOf)) * Number(multipleOf);
  return maximum === undefined ? sample : Math.min(sample, Number(maximum));
}

function merged(schemas: readonly Schema[]): Schema {
  const { allOf: _, ...all } = Object.assign({}, ...schemas) as Record<string, unknown>;
  const lists = schemas.flatMap(({ required }) => (Array.isArray(required) ? required : []));
  const properties = Object.assign({}, ...schemas.map((each) => each.properties ?? {}));
  return { ...all, properties, ...(lists.length > 0 && { required: lists }) };
}

/** Returns the schema at a pointer such as `#/$defs/name`. */
function referred(pointer: string, root: unknown): unknown {
  const steps = pointer.split('/').slice(1);
  return steps.reduce<unknown>((at, step) => Object(at)[step], root);
}
