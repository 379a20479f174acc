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
