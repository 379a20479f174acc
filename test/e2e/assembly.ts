import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesize } from '../../local/synthesize.ts';
import { runFolder } from '../support/run-folder.ts';
import { eventually } from './eventually.ts';

const SETTINGS_FILE = fileURLToPath(new URL('settings.ts', import.meta.url));
const LIMIT_MS = 50_000;

/** The app, synthesized with the suite's settings. */
export interface Assembly {
  readonly dir: string;
}

/**
 * Synthesized by the suite that asks first, for all suites of the run: nobody writes to an assembly,
 * and each synthesis keeps both cores of a laptop busy for seconds.
 */
export async function synthesizeForTest(configFile = SETTINGS_FILE): Promise<Assembly> {
  const dir = join(runFolder(), basename(configFile, '.ts'));
  if (await isFirst(dir)) {
    await rename(await synthesize({ configFile, outDir: `${dir}.unfinished` }), dir);
  }
  await eventually('the assembly', () => existsSync(dir) || undefined, LIMIT_MS);
  return { dir };
}

/** True for one suite of the run, in whichever process it is. */
async function isFirst(dir: string): Promise<boolean> {
  try {
    await mkdir(`${dir}.asked-for`);
    return true;
  } catch {
    return false;
  }
}
