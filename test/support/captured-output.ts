import { jest } from '@jest/globals';

/**
 * Keeps all that is written to stdout and stderr, instead of printing it, until `jest.restoreAllMocks`.
 * Returns the texts, in the order in which they are written.
 */
export function captureOutput(): readonly string[] {
  const texts: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      texts.push(String(chunk));
      return true;
    });
  }
  return texts;
}
