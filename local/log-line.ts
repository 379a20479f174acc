/** Returns true for a line that `npm start` shows: a warning, an error, or text that is not JSON. */
export function isWarning(line: string): boolean {
  return !line.startsWith('{') || /"level":"(WARN|ERROR|CRITICAL)"/i.test(line);
}
