import { expect, test } from '@jest/globals';
import {
  base64Bytes,
  FUNCTION_MEMORY_MB,
  JOB_FILE_BYTES,
  SANDBOX_INPUT_BYTES,
} from '../../lambda/contract/input-limits.ts';
import { MEDIA } from '../../lambda/contract/media.ts';

const MB = 1024 * 1024;
/** docs/decisions/2026-11-28-uploads.md has the measurements. */
const MEASURED = { warmMb: 155, factor: 7 };
const LONGEST_PROMPT_BYTES = 5 * MB;

test('the input of a sandbox fits into its memory', () => {
  const mb = MEASURED.warmMb + (MEASURED.factor * SANDBOX_INPUT_BYTES) / MB;

  expect(mb).toBeLessThan(0.9 * FUNCTION_MEMORY_MB);
});

test('the largest job leaves room for small ones beside it', () => {
  expect(JOB_FILE_BYTES + LONGEST_PROMPT_BYTES).toBeLessThan(SANDBOX_INPUT_BYTES);
});

test('a job may have the largest file of each kind', () => {
  for (const { maxBytes } of Object.values(MEDIA)) {
    expect(base64Bytes(maxBytes)).toBeLessThanOrEqual(JOB_FILE_BYTES);
  }
});

test('base64 has four characters for every three bytes begun', () => {
  for (const bytes of [0, 1, 2, 3, 4, 1000]) {
    expect(base64Bytes(bytes)).toBe(Buffer.alloc(bytes).toString('base64').length);
  }
});
