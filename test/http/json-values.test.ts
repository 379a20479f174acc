import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exceededLimit } from '../../lambda/http/json-values.ts';

const DEEP = Number.POSITIVE_INFINITY;

/** Counts commas and opening brackets of a parsed value: those that its JSON has outside of strings. */
function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values = Object.values(value);
  const commas = Math.max(0, values.length - 1);
  return values.reduce<number>((sum, each) => sum + countOf(each), 1 + commas);
}

describe('the number of values in a JSON text', () => {
  test('is the number of its commas and brackets outside of strings', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, isIndented) => {
        const json = JSON.stringify(value, null, isIndented ? 2 : undefined);
        const count = countOf(JSON.parse(json));

        expect(exceededLimit(json, { values: count, depth: DEEP })).toBeUndefined();
        const isFewer = exceededLimit(json, { values: count - 1, depth: DEEP });
        expect(isFewer).toBe(count > 0 ? 'values' : undefined);
      }),
    );
  });

  test.each([
    ['quotes', '"a\\",[{\\"b"'],
    ['backslashes before the end', '["a\\\\",1]'],
    ['a string without an end', '"a,b,[c'],
  ])('is right with %s', (_, json) => {
    expect(exceededLimit(json, { values: 2, depth: 1 })).toBeUndefined();
  });
});

test('the depth of a JSON text is that of its innermost list or object', () => {
  const depth = (json: string, most: number) => exceededLimit(json, { values: DEEP, depth: most });

  expect(depth('[[1],{"a":[2]},[]]', 3)).toBeUndefined();
  expect(depth('[[1],{"a":[2]},[]]', 2)).toBe('depth');
  expect(depth('[{},{},[],[]]', 2)).toBeUndefined();
  expect(depth('["[[[["]', 1)).toBeUndefined();
  expect(depth('['.repeat(100_000), 100)).toBe('depth');
});
