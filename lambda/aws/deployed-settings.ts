import { readFileSync } from 'node:fs';
import { DEPLOYED_SETTINGS_FILE, ENV } from '../contract/env.ts';
import type { Settings } from '../contract/policy.ts';
import { parseSettings } from '../contract/schemas/settings.ts';

/**
 * Reads the settings that were deployed with the code. `folder` is the folder of the bundle. Throws if
 * the file is missing or holds invalid settings.
 */
export function readDeployedSettings(folder: URL = new URL('.', import.meta.url)): Settings {
  const file = new URL(DEPLOYED_SETTINGS_FILE, folder);
  const texts: readonly string[] = JSON.parse(process.env[ENV.deployedTexts] ?? '[]');
  const json = readFileSync(file, 'utf8').replace(/\{\{(\d+)\}\}/g, (_, index: string) =>
    // The place is inside a JSON string, whose quotes are already there.
    JSON.stringify(texts[Number(index)] ?? '').slice(1, -1),
  );
  return parseSettings(JSON.parse(json), DEPLOYED_SETTINGS_FILE);
}
