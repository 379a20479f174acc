import * as z from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * A schema as JSON Schema, without what only zod means by it. In the document of an `input` what
 * has a default may be left out; in that of an `output` texts that are read as numbers are numbers.
 */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    override: (node) => tidy(node.jsonSchema),
  });
  return rest;
}

function tidy(node: JsonSchema): void {
  // Of arrays that the code does not change; to callers it would say that they send them.
  delete node.readOnly;
  // The format says it; zod's pattern for it is half a page.
  if (node.format === 'date-time') delete node.pattern;
  // Of any whole number.
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
}
