import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { sampleOf } from '../../../local/bedrock/sample-value.ts';

const everything = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 8 },
    short: { type: 'string', maxLength: 2 },
    day: { type: 'string', format: 'date' },
    email: { type: 'string', format: 'email' },
    count: { type: 'integer', minimum: 3 },
    even: { type: 'integer', minimum: 3, multipleOf: 2 },
    share: { type: 'number', maximum: 0.5 },
    above: { type: 'number', exclusiveMinimum: 7 },
    isOn: { type: 'boolean' },
    unit: { enum: ['celsius', 'kelvin'] },
    kind: { const: 'report' },
    nothing: { type: 'null' },
    list: { type: 'array', items: { $ref: '#/$defs/point' }, minItems: 2 },
    either: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    both: { allOf: [{ $ref: '#/$defs/point' }] },
    nullable: { type: ['string', 'null'] },
    optional: { type: 'string' },
  },
  required: [
    ...['name', 'short', 'day', 'email', 'count', 'even', 'share', 'above', 'isOn', 'unit', 'kind'],
    ...['nothing', 'list', 'either', 'both', 'nullable'],
  ],
  additionalProperties: false,
  $defs: {
    point: {
      type: 'object',
      properties: { x: { type: 'number' }, y: { type: 'number' } },
      required: ['x'],
      additionalProperties: false,
    },
  },
};

test('a sample is valid against its schema and has only the required properties', () => {
  const sample = sampleOf(everything);

  const checked = z.fromJSONSchema(everything as Parameters<typeof z.fromJSONSchema>[0]);
  expect(checked.safeParse(sample).error).toBeUndefined();
  expect(sample).not.toHaveProperty('optional');
  expect(sample).toMatchObject({ list: [{ x: 1 }, { x: 1 }], even: 4, above: 8 });
});

test('a schema that refers to itself, or says nothing, has a sample', () => {
  const tree = { type: 'object', properties: { child: { $ref: '#' } }, required: ['child'] };

  expect(JSON.stringify(sampleOf(tree))).toMatch(/^\{"child":\{.*null/);
  expect(sampleOf({})).toBe('sample');
  expect(sampleOf({ properties: { a: { type: 'string' } } })).toEqual({ a: 'sample' });
  expect(sampleOf({ items: { type: 'boolean' } })).toEqual([true]);
});
