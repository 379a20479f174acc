import { expect, test } from '@jest/globals';
import { printable } from '../../lambda/contract/printable.ts';

test('a line cannot contain another line or move the cursor', () => {
  expect(printable('drill\u2028[Worker] fine\u001b[2K\u009b2K\r…é')).toBe(
    'drill\\u2028[Worker] fine\\u001b[2K\\u009b2K\\u000d…é',
  );
});
