import type { Settings } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import { readSettings } from '../lib/settings-file.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';

/** Reads a settings file. Throws a CommandError with the faults if it cannot be used. */
export function settingsInFile(path: string): Promise<Settings> {
  return readSettings(path).catch((error: unknown) => {
    if (!(error instanceof SettingsError)) throw error;
    throw new CommandError(EXIT.rejected, error.message);
  });
}
