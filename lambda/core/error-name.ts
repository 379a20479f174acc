/** Returns the name of an error for a log. The error's text may quote a prompt, its name cannot. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
