import { expect, test } from '@jest/globals';
import { isWarning, printable } from '../../local/log-line.ts';

test.each([
  ['{"level":"WARN","message":"circuit opened"}', true],
  ['{"level":"ERROR","message":"request failed"}', true],
  ['{"level":"INFO","message":"done"}', false],
  ['{"_aws":{"Timestamp":1},"JobsAccepted":1}', false],
  ['FATAL ERROR: Reached heap limit', true],
])('%s is shown: %s', (line, expected) => {
  expect(isWarning(line)).toBe(expected);
});

test('a line cannot contain another line or move the cursor', () => {
  expect(printable('drill\u2028[Worker] fine\u001b[2K\u009b2K\r…é')).toBe(
    'drill\\u2028[Worker] fine\\u001b[2K\\u009b2K\\u000d…é',
  );
});
