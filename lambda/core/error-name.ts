/** What a log may say of an error: its text can quote a prompt, its name cannot. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
