/** Returns a number in [0, 1). */
export type Random = () => number;

/** Returns a source of numbers that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Returns the random numbers of the n-th call. Each call has its own sequence, so a fault that is
 * added to or removed from one call does not change the numbers of later calls.
 */
export function randomOfCall(seed: number, callNumber: number): Random {
  return seededRandom(seed + Math.imul(callNumber, 0x9e3779b1));
}
