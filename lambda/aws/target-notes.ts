import { CIRCUITS_TABLE } from '../contract/keys.ts';

/**
 * Returns the key of a note about the chains' targets. A note is one item of the circuits table.
 */
export function noteKey(name: string) {
  return {
    [CIRCUITS_TABLE.partitionKey]: { S: CIRCUITS_TABLE.notesKey },
    [CIRCUITS_TABLE.sortKey]: { S: name },
  };
}

/**
 * Parses a note: a map by target or quota, stored as JSON text. Returns undefined if the text is unreadable.
 */
export function parseNote<Note>(json = ''): Readonly<Record<string, Note>> | undefined {
  try {
    const notes: unknown = JSON.parse(json);
    const isMap = typeof notes === 'object' && notes !== null && !Array.isArray(notes);
    return isMap ? (notes as Record<string, Note>) : undefined;
  } catch {
    return undefined;
  }
}
