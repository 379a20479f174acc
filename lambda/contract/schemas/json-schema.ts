import * as z from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * Converts a zod schema to JSON Schema and removes zod's own additions. As an `input`, a field with
 * a default is optional; as an `output`, a string that is parsed into a number is a number.
 */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    override: (node) => tidy(node.jsonSchema),
  });
  return rest;
}

/** Converts schemas that refer to each other by their names, as the components of an OpenAPI document. */
export function jsonSchemas(
  named: Readonly<Record<string, z.ZodType>>,
): Record<string, JsonSchema> {
  const registry = z.registry<{ readonly id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    override: (node) => tidy(node.jsonSchema),
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [
      id,
      schema,
    ]),
  );
}

function tidy(node: JsonSchema): void {
  // In zod, `readOnly` means that the code does not change the array. In OpenAPI, `readOnly` means
  // that callers must not send it.
  delete node.readOnly;
  // The format is enough; zod's pattern for it is half a page long.
  if (node.format === 'date-time') delete node.pattern;
  // zod adds these limits to every integer.
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
}
