/** An error of the API or of the console's server, as problem details (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
  readonly requestId?: string;
  /** The wait that the API asks for, in milliseconds. */
  readonly retryAfterMs?: number;

  private constructor(status: number, details: Partial<Problem>, retryAfter: string | null) {
    super(details.title ?? `The server answered ${status}`);
    this.status = status;
    this.title = this.message;
    if (details.detail !== undefined) this.detail = details.detail;
    if (details.errors !== undefined) this.errors = details.errors;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    if (retryAfter !== null) this.retryAfterMs = Number(retryAfter) * 1000;
  }

  static of(status: number, body: string, retryAfter: string | null): Problem {
    try {
      return new Problem(status, Object(JSON.parse(body)) as Partial<Problem>, retryAfter);
    } catch {
      return new Problem(status, {}, retryAfter);
    }
  }
}
