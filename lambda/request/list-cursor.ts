import type { JobStatus } from '../contract/words.ts';
import { digest } from './digest.ts';

/** The tenant and the filter of a list. A cursor is valid only for the list that returned it. */
export interface ListScope {
  readonly tenant: string;
  readonly status?: JobStatus;
}

/**
 * Encodes a position in a list with a hash that binds it to the list. The hash prevents mistakes,
 * not forgery: a forged cursor only moves within the caller's own list, because the tenant comes
 * from the API key, not from the cursor.
 */
export function encodeCursor(position: string, { tenant, status }: ListScope): string {
  const seal = digest([position, tenant, status]);
  return Buffer.from(`${position} ${seal}`).toString('base64url');
}

/** Returns undefined for a cursor that is truncated, made up, or from another list. */
export function decodeCursor(cursor: string, scope: ListScope): string | undefined {
  const [position = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const isGenuine = position !== '' && cursor === encodeCursor(position, scope);
  return isGenuine ? position : undefined;
}
