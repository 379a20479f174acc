import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Settings } from '../lambda/contract/policy.ts';
import { parseSettings, SettingsError } from '../lambda/contract/schemas/settings.ts';

/**
 * Reads a settings file: a module (`.ts`, `.js`, `.mjs`) with a default export, or a `.json` file. A
 * path is relative to the working directory. Throws a SettingsError if the file is missing,
 * cannot be loaded or holds invalid settings.
 */
export async function readSettings(path: string): Promise<Settings> {
  if (!existsSync(path)) throw new SettingsError(path, ['no such file']);
  return parseSettings(await readInput(path), path);
}

async function readInput(path: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8'));
    const module: { readonly default?: unknown } = await import(pathToFileURL(resolve(path)).href);
    return module.default;
  } catch (error: unknown) {
    throw new SettingsError(path, [error instanceof Error ? error.message : String(error)]);
  }
}
