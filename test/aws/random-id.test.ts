import { expect, test } from '@jest/globals';
import { randomId } from '../../lambda/aws/random-id.ts';

test('a random id has 128 bits as hexadecimal digits, and no other id is the same', () => {
  const ids = Array.from({ length: 10 }, () => randomId());

  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(ids).size).toBe(10);
});
