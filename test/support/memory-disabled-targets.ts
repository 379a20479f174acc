import type {
  DisabledTargetsRecord,
  DisabledTargetsStore,
} from '../../lambda/core/router/disabled-targets.ts';

/** The record of disabled targets in memory. */
export function memoryDisabledTargets(): DisabledTargetsStore {
  let stored: DisabledTargetsRecord = { version: 0, targets: {} };
  return {
    load: async () => stored,
    save: async (record) => {
      if (record.version !== stored.version + 1) return false;
      stored = record;
      return true;
    },
  };
}
