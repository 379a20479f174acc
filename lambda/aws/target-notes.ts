import { CIRCUITS_TABLE } from '../contract/keys.ts';

/** The key of a note about the chain's targets: one item beside the circuits. */
export function noteKey(name: string) {
  return {
    [CIRCUITS_TABLE.partitionKey]: { S: CIRCUITS_TABLE.notesKey },
    [CIRCUITS_TABLE.sortKey]: { S: name },
  };
}

/** Reads a note's map by target, which is stored as JSON text; undefined if it is unreadable. */
export function parseNote<Note>(json = ''): Readonly<Record<string, Note>> | undefined {
  try {
    const notes: unknown = JSON.parse(json);
    const isMap = typeof notes === 'object' && notes !== null && !Array.isArray(notes);
    return isMap ? (notes as Record<string, Note>) : undefined;
  } catch {
    return undefined;
  }
}
