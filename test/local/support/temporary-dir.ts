import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

const dirs: string[] = [];
afterAll(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** Creates a folder that is removed after the last test of the file. */
export function aTemporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  dirs.push(dir);
  return dir;
}
