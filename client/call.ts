import { problemOf, Unreachable } from './problem.ts';

export interface CallOptions {
  /** The base address of the API: `http://127.0.0.1:8787/v1`. */
  readonly url: string;
  /** @default the platform's */
  readonly fetch?: typeof fetch;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Request {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Makes one request. Throws a `Problem`, `Unreachable`, or the reason of the signal. */
export type Call = <Answer>(method: string, path: string, request?: Request) => Promise<Answer>;

export function createCall({ url, fetch: send = fetch, headers }: CallOptions): Call {
  const base = url.replace(/\/+$/, '');
  return async <Answer>(
    method: string,
    path: string,
    { query = {}, body, headers: more, signal }: Request = {},
  ): Promise<Answer> => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value));
    }
    const address = `${base}/${path}${search.size > 0 ? `?${search}` : ''}`;
    const response = await answerTo(
      send(address, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
          ...more,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      }),
      address,
      signal,
    );
    if (!response.ok) throw await problemOf(response);
    return answerTo(response.json() as Promise<Answer>, address, signal);
  };
}

/** Tells a lost connection from a request that its caller ended. */
async function answerTo<Value>(
  pending: Promise<Value>,
  address: string,
  signal: AbortSignal | undefined,
): Promise<Value> {
  try {
    return await pending;
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new Unreachable(`no response from ${address}`, { cause });
  }
}
