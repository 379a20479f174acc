import { createHash } from 'node:crypto';

/** Returns a 128-bit hash of the parts. No caller can find other parts with the same digest. */
export function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
