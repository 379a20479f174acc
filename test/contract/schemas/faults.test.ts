import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { parse } from '../../../lambda/contract/schemas/faults.ts';

describe('a field __proto__', () => {
  const names = z.strictObject({ names: z.record(z.string(), z.unknown()) });

  test.each([
    ['{"names":{"__proto__":"v"}}', 'names.__proto__'],
    ['{"names":{"a":[1,{"__proto__":{}}]}}', 'names.a[1].__proto__'],
  ])('in %s is a fault, although zod drops it', (json, field) => {
    expect(parse(names, JSON.parse(json))).toEqual({
      valid: false,
      errors: [{ field, detail: 'no such field' }],
    });
  });

  test('is found at a depth at which a recursion would overflow the stack', () => {
    const depth = 20_000;
    const json = `{"names":{"a":${'['.repeat(depth)}{"__proto__":1}${']'.repeat(depth)}}}`;

    const parsed = parse(names, JSON.parse(json));

    expect(parsed.valid).toBe(false);
  });
});
