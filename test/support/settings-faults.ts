import { SettingsError } from '../../lambda/contract/schemas/settings.ts';

/** Returns the faults of the `SettingsError` that `read` throws, or none if it succeeds. */
export function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error: unknown) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}
