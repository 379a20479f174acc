import type { JobStatus } from '../contract/words.ts';
import { digest } from './digest.ts';

/** Whose list, and of what: a cursor holds for this alone. */
export interface ListScope {
  readonly tenant: string;
  readonly status?: JobStatus;
}

/**
 * The position in a list, bound to the list by a hash. It keeps a caller from mistakes, not from
 * forgery: who makes up a cursor of his own moves about in his own list, as the tenant is never
 * taken from it.
 */
export function encodeCursor(position: string, { tenant, status }: ListScope): string {
  const seal = digest([position, tenant, status ?? null]);
  return Buffer.from(`${position} ${seal}`).toString('base64url');
}

/** Undefined for a cursor that is cut, made up, or of another list. */
export function decodeCursor(cursor: string, scope: ListScope): string | undefined {
  const [position = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const isOurs = position !== '' && cursor === encodeCursor(position, scope);
  return isOurs ? position : undefined;
}
