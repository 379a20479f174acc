import { randomBytes } from 'node:crypto';

/** 32 hexadecimal digits that nobody can guess: ids and tokens. */
export function randomId(): string {
  return randomBytes(16).toString('hex');
}
