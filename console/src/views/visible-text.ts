/**
 * Characters that a browser does not draw but that change the text around them: control characters,
 * such as the escape of a terminal's commands, and those that turn the direction of writing.
 */
const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Returns the text with a visible sign in place of each hidden character, except tab and line feed. */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN, signOf);
}

function signOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n' || character === '\t') return character;
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
}
