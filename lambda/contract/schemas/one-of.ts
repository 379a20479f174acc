import * as z from 'zod';

/** A union of Converse: an object in which exactly one of the fields is set. */
export function oneOf<Fields extends Readonly<Record<string, z.ZodType>>>(fields: Fields) {
  const names = Object.keys(fields);
  const optional = Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name, schema.optional()]),
  ) as { [Name in keyof Fields]: z.ZodOptional<Fields[Name]> };
  return z
    .strictObject(optional)
    .refine((given) => Object.keys(given).length === 1, {
      message: `exactly one of ${names.join(', ')}`,
    })
    .meta({ minProperties: 1, maxProperties: 1 });
}
