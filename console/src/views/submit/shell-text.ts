/** Characters that need no quotes in a POSIX shell, in any place of a word. */
const PLAIN = /^[A-Za-z0-9_./:@%+=,-]+$/;

/**
 * Quotes a text as one word of a POSIX shell. Nothing is special between single quotes, neither `$`
 * nor `!` nor a line break; a single quote itself is written outside of them.
 */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * True if a terminal shows the text as it is. A control character could act on the terminal into which
 * it is pasted; a line break is safe between quotes.
 */
export function isPasteable(text: string): boolean {
  return !/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
}

/** Returns the value as JSON in which no invisible character is left: each is escaped as \uXXXX. */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      [...Array(character.length).keys()]
        .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
        .join(''),
  );
}
