/** Control characters, line separators, and the marks that reorder text on a screen. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Escapes what a terminal would not print: line breaks and control characters. A value in the line could
 * otherwise look like a line of its own.
 */
export function printable(line: string): string {
  return line.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Removes what a terminal would not print from a text of several lines. Tabs and line feeds stay. */
export function printableText(text: string): string {
  return text.replace(UNPRINTABLE, (character) => (/[\n\t]/.test(character) ? character : ''));
}
