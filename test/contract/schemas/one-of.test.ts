import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { parse } from '../../../lambda/contract/schemas/faults.ts';
import { jsonSchema } from '../../../lambda/contract/schemas/json-schema.ts';
import { oneOf } from '../../../lambda/contract/schemas/one-of.ts';

const shape = oneOf({ circle: z.strictObject({ radius: z.number() }), point: z.strictObject({}) });
const named = z.union([z.string(), z.array(shape)]);

test.each([
  [{ circle: { radius: 1 } }, []],
  [{ point: {} }, []],
  [{}, ['body: got an object, allowed is exactly one of circle, point']],
  [
    { circle: { radius: 1 }, point: {} },
    ['body: got an object, allowed is exactly one of circle, point'],
  ],
  [{ circle: {} }, ['circle.radius: got nothing, allowed is a number']],
  [7, ['body: got 7, allowed is an object']],
])('%j has the faults %j', (input, faults) => {
  const parsed = parse(shape, input);

  expect(parsed.valid ? [] : parsed.errors.map((each) => `${each.field}: ${each.detail}`)).toEqual(
    faults,
  );
});

test('the document of the API says that one property is set', () => {
  expect(jsonSchema(shape)).toMatchObject({ minProperties: 1, maxProperties: 1 });
});

test.each([
  [[{ point: {} }, { circle: {} }], ['[1].circle.radius: got nothing, allowed is a number']],
  [7, ['body: got 7, allowed is a text or a list']],
  ['a name', []],
])('of several forms, the faults are those of the form that was chosen: %j', (input, faults) => {
  const parsed = parse(named, input);

  expect(parsed.valid ? [] : parsed.errors.map((each) => `${each.field}: ${each.detail}`)).toEqual(
    faults,
  );
});
