/** Returns an error's name for a log. The error's message may quote a prompt; its name does not. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
