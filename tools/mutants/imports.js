import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

const IMPORT = /^(?:import|export)(?! type)[^;]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gm;

/** Returns the files that a file loads, itself and all that its imports load included. */
export function loadedBy(file, loaded = new Set()) {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const [, path, later] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const imported = posix.join(posix.dirname(file), path ?? later);
    if (imported.endsWith('.ts')) loadedBy(imported, loaded);
  }
  return loaded;
}
