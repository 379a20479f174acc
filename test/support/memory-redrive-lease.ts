import type { RedriveClaim, RedriveLease } from '../../lambda/core/jobs/redrive-lease.ts';

/** Returns a lease that the calls of one test share. */
export function memoryRedriveLease(): RedriveLease {
  let current: RedriveClaim | undefined;
  return {
    take: async (claim, nowMs) => {
      const isTaken = current && current.token !== claim.token && current.untilMs > nowMs;
      if (current && isTaken) return { holder: current.holder, untilMs: current.untilMs };
      current = claim;
      return undefined;
    },
    end: async (claim) => {
      if (current?.token === claim.token) current = claim;
    },
  };
}
