import { randomBytes } from 'node:crypto';

/** Returns 32 hexadecimal digits that nobody can guess, for ids and tokens. */
export function randomId(): string {
  return randomBytes(16).toString('hex');
}
