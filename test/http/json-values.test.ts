import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hasMoreValues } from '../../lambda/http/json-values.ts';

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

        expect(hasMoreValues(json, count)).toBe(false);
        expect(hasMoreValues(json, count - 1)).toBe(count > 0);
      }),
    );
  });

  test.each([
    ['quotes', '"a\\",[{\\"b"'],
    ['backslashes before the end', '["a\\\\",1]'],
    ['a string without an end', '"a,b,[c'],
  ])('is right with %s', (_, json) => {
    expect(hasMoreValues(json, 2)).toBe(false);
  });
});
