/** The shapes of the AWS SDK, which it carries as data at run time. */

/** A structure or a union of the SDK, with the names of its fields. */
export interface SdkShape {
  readonly name: string;
  readonly isUnion: boolean;
  readonly fields: Readonly<Record<string, SdkField>>;
  readonly required: readonly string[];
}

/** The shape of a field, or the kind of a plain value. */
export type SdkField =
  | { readonly kind: 'shape'; readonly shape: () => SdkShape }
  | { readonly kind: 'list' | 'map'; readonly of: SdkField }
  | { readonly kind: 'text' | 'number' | 'boolean' | 'document' | 'bytes' };

/** The codes of the SDK's schemas. */
const PLAIN: Readonly<Record<number, 'text' | 'number' | 'boolean' | 'document' | 'bytes'>> = {
  0: 'text',
  1: 'number',
  2: 'boolean',
  15: 'document',
  21: 'bytes',
};
const [LIST, MAP, STRUCTURE, UNION, TEXTS] = [1, 2, 3, 4, 64];

/** Returns a shape of the SDK, such as `ConverseRequest$`. */
export function sdkShape(schema: unknown): SdkShape {
  const field = fieldOf(schema);
  if (field.kind !== 'shape') throw new Error('the schema is no structure');
  return field.shape();
}

function fieldOf(schema: unknown): SdkField {
  const found = unwrapped(schema);
  if (typeof found === 'number') {
    if (found === TEXTS) return { kind: 'list', of: { kind: 'text' } };
    const kind = PLAIN[found];
    if (!kind) throw new Error(`unknown schema ${found}`);
    return { kind };
  }
  const [type] = found;
  if (type === LIST) return { kind: 'list', of: fieldOf(found[4]) };
  if (type === MAP) return { kind: 'map', of: fieldOf(found[5]) };
  if (type === STRUCTURE || type === UNION) return { kind: 'shape', shape: () => shapeOf(found) };
  // A plain value with traits of its own.
  return fieldOf(found[4] ?? 0);
}

function shapeOf(schema: readonly unknown[]): SdkShape {
  const [type, , name, , names, schemas, required = 0] = schemas7(schema);
  return {
    name,
    isUnion: type === UNION,
    fields: Object.fromEntries(names.map((each, i) => [each, fieldOf(schemas[i])])),
    required: names.slice(0, required),
  };
}

type Schema7 = readonly [
  type: number,
  namespace: string,
  name: string,
  traits: unknown,
  names: readonly string[],
  schemas: readonly unknown[],
  required?: number,
];

function schemas7(schema: readonly unknown[]): Schema7 {
  return schema as unknown as Schema7;
}

/** Removes the functions and traits around a schema. */
function unwrapped(schema: unknown): number | readonly unknown[] {
  if (typeof schema === 'function') return unwrapped(schema());
  if (typeof schema === 'number') return schema;
  if (!Array.isArray(schema)) throw new Error(`no schema: ${typeof schema}`);
  return typeof schema[0] === 'number' && schema.length > 2 ? schema : unwrapped(schema[0]);
}
