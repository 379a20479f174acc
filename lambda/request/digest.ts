import { createHash } from 'node:crypto';

/** A 128-bit hash of the parts; no caller can find other parts with the same digest. */
export function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
