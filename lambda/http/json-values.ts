const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LIST = 0x5b;
const OBJECT = 0x7b;

/**
 * Returns true if a JSON text has more than `most` values, counted as commas and opening brackets
 * outside of its strings. It reads the text once and stops at the limit, so a body of megabytes with
 * half a million fields is refused before `JSON.parse` makes an object of each of them.
 */
export function hasMoreValues(json: string, most: number): boolean {
  let count = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) at = endOfString(json, at);
    else if (isCounted(character) && ++count > most) return true;
  }
  return false;
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
