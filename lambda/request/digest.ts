import { createHash } from 'node:crypto';

/** 128 bits of a hash over the parts, so that none is met by chance or by design. */
export function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
