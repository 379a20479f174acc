import { describe, expect, test } from '@jest/globals';
import { listQuery, parseQuery } from '../../../lambda/contract/schemas/queries.ts';

describe('a query parameter that is refused', () => {
  test('is named with its value and the allowed values', () => {
    const parsed = parseQuery(listQuery, { limit: ['200'] });

    expect(parsed).toEqual({
      valid: false,
      errors: [{ field: 'limit', detail: 'got "200", allowed is a whole number from 1 to 100' }],
    });
  });

  test('is quoted in a shortened form if it is long', () => {
    const parsed = parseQuery(listQuery, { limit: ['9'.repeat(1000)] });

    expect(parsed).toMatchObject({
      errors: [{ detail: expect.stringMatching(/^got "9{37}\.\.\.", allowed is/) }],
    });
  });
});
