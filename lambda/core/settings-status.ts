import type { SettingsFault } from '../contract/policy.ts';
import { isoTime } from './clock.ts';

export interface SettingsStatus {
  readonly status: 'in-force' | SettingsFault['status'];
  readonly since?: string;
}

/** Whether the parameter's settings are those in force. What is wrong with them is for operators. */
export function settingsStatus(fault: SettingsFault | undefined): SettingsStatus {
  return fault ? { status: fault.status, since: isoTime(fault.sinceMs) } : { status: 'in-force' };
}
