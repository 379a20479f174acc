import type { SettingsFault } from '../contract/policy.ts';
import { isoTime } from './clock.ts';

export interface SettingsStatus {
  readonly status: 'in-force' | SettingsFault['status'];
  readonly since?: string;
}

/** Tells if the parameter's settings are in force. Only operators see what is wrong with them. */
export function settingsStatus(fault: SettingsFault | undefined): SettingsStatus {
  return fault ? { status: fault.status, since: isoTime(fault.sinceMs) } : { status: 'in-force' };
}
