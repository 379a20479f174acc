import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../lambda/aws/sha256.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Signer {
  readonly region: string;
  /** A provider is asked before each request, so credentials that expire are renewed. */
  readonly credentials: Credentials | (() => Promise<Credentials>);
  /** @default the global one */
  readonly fetch?: typeof fetch;
}

/**
 * Returns a `fetch` that signs each request with AWS Signature Version 4 for API Gateway. The path is
 * signed as AWS expects it: the path that is sent, encoded once more, so `%2F` is signed as `%252F`.
 * A body is a string or bytes.
 */
export function createSignedFetch({
  region,
  credentials,
  fetch: send = fetch,
}: Signer): typeof fetch {
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    credentials,
    sha256: Sha256,
    applyChecksum: false,
  });
  return async (input, init = {}) => {
    const url = new URL(String(input));
    const { method = 'GET', body } = init;
    if (input instanceof Request || !isSignable(body)) {
      throw new TypeError('a signed request needs a URL and a body of text or bytes');
    }
    // A browser-like `fetch` sets the header `host` itself, so it is signed but not passed on.
    const { host: _host, ...headers } = (
      await signer.sign({
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query: queryOf(url.searchParams),
        headers: { ...Object.fromEntries(new Headers(init.headers)), host: url.host },
        body: body ?? undefined,
      })
    ).headers;
    return send(url, { ...init, headers });
  };
}

function isSignable(body: unknown): body is string | Uint8Array | null | undefined {
  return (
    body === undefined || body === null || typeof body === 'string' || body instanceof Uint8Array
  );
}

function queryOf(parameters: URLSearchParams): Record<string, string[]> {
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name)]));
}
