/** Numbers in [0, 1), the same sequence for the same seed (the mulberry32 generator). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The chance of the n-th call. Each call draws from a sequence of its own, so a fault more or less
 * in one call does not change what the calls after it draw.
 */
export function chanceOfCall(seed: number, callNumber: number): () => number {
  return seededRandom(seed + Math.imul(callNumber, 0x9e3779b1));
}
