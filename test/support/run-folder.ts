import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'HOLDFAST_TEST_RUN_FOLDER';

/** Jest's global setup: creates a folder that the suites of one run share. Jest's workers inherit the variable. */
export default function makeRunFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tests-'));
  process.env[VARIABLE] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

export function runFolder(): string {
  const folder = process.env[VARIABLE];
  if (!folder)
    throw new Error(
      `${VARIABLE} is not set; run the tests through jest.config.js, whose global setup sets it`,
    );
  return folder;
}
