import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'HOLDFAST_TEST_RUN_FOLDER';

/** Jest's global setup: a folder for what the suites of one run share. Its workers inherit the variable. */
export default function makeRunFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tests-'));
  process.env[VARIABLE] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

export function runFolder(): string {
  const folder = process.env[VARIABLE];
  if (!folder) throw new Error(`${VARIABLE} is not set: jest.config.js has it made`);
  return folder;
}
