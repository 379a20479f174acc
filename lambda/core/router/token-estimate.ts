/**
 * English text has a little over 4 bytes per token, source code and other scripts about 3, so the
 * estimate tends to be low.
 */
const BYTES_PER_TOKEN = 4;

/** Estimates the tokens of a text from its length in bytes. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
