import { stripVTControlCharacters } from 'node:util';
import { printable, printableText } from '../lambda/contract/printable.ts';

/** The fields that may have several lines: the texts of models and of prompts. */
const TEXT_FIELD = 'text';

/**
 * Returns a copy of a response in which no text can control the terminal. Escape sequences are removed.
 * A text of one line keeps its other control characters in a visible form.
 */
export function plainValue<Value>(value: Value, field?: string): Value {
  if (typeof value === 'string') {
    return (field === TEXT_FIELD ? plainText(value) : plainLine(value)) as Value;
  }
  if (Array.isArray(value)) return value.map((each) => plainValue(each, field)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => [
    plainLine(name),
    plainValue(each, name),
  ]);
  return Object.fromEntries(entries);
}

export function plainLine(text: string): string {
  return printable(stripVTControlCharacters(text));
}

export function plainText(text: string): string {
  return printableText(stripVTControlCharacters(text));
}

/** Returns one JSON document. All of its control characters are escaped, so it stays valid JSON. */
export function jsonDocument(value: unknown): string {
  return `${JSON.stringify(value, null, 2).split('\n').map(printable).join('\n')}\n`;
}
