/** Returns true for a line that `npm start` shows: a warning, an error, or text that is not JSON. */
export function isWarning(line: string): boolean {
  return !line.startsWith('{') || /"level":"(WARN|ERROR|CRITICAL)"/i.test(line);
}

/**
 * Escapes what a terminal would not print: line breaks and control characters. A value in the line could
 * otherwise look like a line of its own.
 */
export function printable(line: string): string {
  return line.replace(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
