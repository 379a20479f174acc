/** The requests and responses of the simulated network. */

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts when the caller leaves. */
  readonly left?: AbortSignal | undefined;
}

export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

export type Service = (request: WireRequest) => Promise<WireResponse>;

export function reply(statusCode: number, body: string | object, headers = {}): WireResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { statusCode, headers, content: [Buffer.from(text)] };
}

export function networkError(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
