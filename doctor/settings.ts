import type { SettingsError } from '../lambda/contract/schemas/settings.ts';
import type { Finding } from './finding.ts';

/** One finding a fault, each with the field, the value and what is allowed. */
export function refusedSettings(file: string, { faults }: SettingsError): readonly Finding[] {
  const fix = 'correct it, then run again: nothing else was looked at';
  return faults.map((found) => ({ check: 'settings', level: 'bad', subject: file, found, fix }));
}
