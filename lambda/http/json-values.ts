const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LIST = 0x5b;
const OBJECT = 0x7b;
const LIST_END = 0x5d;
const OBJECT_END = 0x7d;

/** The limits of a JSON text. */
export interface JsonLimits {
  /** The most values, counted as commas and opening brackets outside of strings. */
  readonly values: number;
  /** The most lists and objects inside each other. */
  readonly depth: number;
}

/**
 * Returns the limit that a JSON text exceeds. It reads the text once and stops at the limit, so a body
 * of megabytes with half a million fields is refused before `JSON.parse` makes an object of each of
 * them, and a deep one before a function that calls itself for each level runs out of stack.
 */
export function exceededLimit(json: string, most: JsonLimits): keyof JsonLimits | undefined {
  let values = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) at = endOfString(json, at);
    else if (isCounted(character)) {
      if (++values > most.values) return 'values';
      if (character !== COMMA && ++depth > most.depth) return 'depth';
    } else if (character === LIST_END || character === OBJECT_END) depth--;
  }
  return undefined;
}

function isCounted(character: number): boolean {
  return character === COMMA || character === LIST || character === OBJECT;
}

/** Returns the position of the quote that ends the string, or the text's length if none does. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    if (!isEscaped(json, end)) return end;
  }
  return json.length;
}

/** A character is escaped if an odd number of backslashes stands before it. */
function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
