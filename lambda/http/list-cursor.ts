import { digest } from './digest.ts';

/** What decides which jobs are in a list, such as its tenant and status. */
export type ListScope = readonly (string | undefined)[];

/**
 * Encodes a position in a list with a hash that binds it to the list: a cursor is valid only for the
 * list that returned it. The hash prevents mistakes, not forgery: a forged cursor only moves within
 * the list that the caller may read, because the tenant of a caller's list comes from the API key, not
 * from the cursor.
 */
export function encodeCursor(position: string, scope: ListScope): string {
  const seal = digest([position, ...scope]);
  return Buffer.from(`${position} ${seal}`).toString('base64url');
}

/** Returns undefined for a cursor that is truncated, made up, or from another list. */
export function decodeCursor(cursor: string, scope: ListScope): string | undefined {
  const [position = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const isGenuine = position !== '' && cursor === encodeCursor(position, scope);
  return isGenuine ? position : undefined;
}
