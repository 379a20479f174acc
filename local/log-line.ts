/** Whether a line that a function wrote is worth an operator's eye: no JSON, a warning, an error. */
export function isWarning(line: string): boolean {
  return !line.startsWith('{') || /"level":"(WARN|ERROR|CRITICAL)"/i.test(line);
}
