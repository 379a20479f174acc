import { SettingsError } from '../../lambda/contract/schemas/settings.ts';

/** The faults that `read` refuses what it reads for; none when it takes it. */
export function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error: unknown) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}
