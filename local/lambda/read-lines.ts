import type { Readable } from 'node:stream';

/**
 * Calls back with each line of a stream in UTF-8. Only `\n` ends a line. node:readline also ends lines at
 * `\r` and U+2028, which a value in a log line may contain.
 */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
