import type {
  DisabledTargetsRecord,
  DisabledTargetsStore,
} from '../../lambda/core/router/disabled-targets.ts';

/** Returns a memory store for the record of disabled targets. */
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
