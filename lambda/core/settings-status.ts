import type { SettingsFault } from '../contract/policy.ts';
import { isoTime } from './clock.ts';

export interface SettingsStatus {
  readonly status: 'in-force' | SettingsFault['status'];
  readonly since?: string;
}

/** Returns the status of the settings parameter. Only operators may see the details of a fault. */
export function settingsStatus(fault: SettingsFault | undefined): SettingsStatus {
  return fault ? { status: fault.status, since: isoTime(fault.sinceMs) } : { status: 'in-force' };
}
