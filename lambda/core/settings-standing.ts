import type { SettingsFault } from '../contract/policy.ts';
import { isoTime } from './clock.ts';

export interface SettingsStanding {
  readonly status: 'in-force' | SettingsFault['status'];
  readonly since?: string;
}

/** Whether the parameter's settings are those in force. What is wrong with them is for operators. */
export function settingsStanding(fault: SettingsFault | undefined): SettingsStanding {
  return fault ? { status: fault.status, since: isoTime(fault.sinceMs) } : { status: 'in-force' };
}
