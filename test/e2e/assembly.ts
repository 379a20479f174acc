import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll } from '@jest/globals';
import { synthesize } from '../../local/synthesize.ts';
import { eventually } from '../support/eventually.ts';
import { runFolder } from '../support/run-folder.ts';

export const SETTINGS_FILE = fileURLToPath(new URL('settings.ts', import.meta.url));
const LIMIT_MS = 110_000;

/** The app, synthesized with the settings of the suites. */
export interface Assembly {
  readonly dir: string;
}

/** Synthesizes the app before the first test of the suite that calls this. */
export function synthesizeBeforeAll(configFile = SETTINGS_FILE): Assembly {
  let dir: string | undefined;
  beforeAll(async () => {
    dir = (await synthesizeForTest(configFile)).dir;
  }, LIMIT_MS + 10_000);
  return {
    get dir() {
      if (dir === undefined)
        throw new Error('the assembly was read before beforeAll synthesized it');
      return dir;
    },
  };
}

/**
 * Returns the assembly that all suites of a test run share. The first suite synthesizes it and the
 * others wait, because a synthesis keeps two cores busy for seconds. No suite writes to an assembly.
 */
export async function synthesizeForTest(configFile = SETTINGS_FILE): Promise<Assembly> {
  const dir = join(runFolder(), basename(configFile, '.ts'));
  if (await isFirst(dir)) {
    await rename(await synthesize({ configFile, outDir: `${dir}.unfinished` }), dir);
  }
  await eventually(
    'the assembly',
    () => existsSync(dir) || undefined,
    AbortSignal.timeout(LIMIT_MS),
  );
  return { dir };
}

/** Returns true to one caller for each folder in a test run, also across processes. */
async function isFirst(dir: string): Promise<boolean> {
  try {
    await mkdir(`${dir}.requested`);
    return true;
  } catch {
    return false;
  }
}
