/** Tells whether to show a line that a function logged: a warning, an error, or not JSON at all. */
export function isWarning(line: string): boolean {
  return !line.startsWith('{') || /"level":"(WARN|ERROR|CRITICAL)"/i.test(line);
}
