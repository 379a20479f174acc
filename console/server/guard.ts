import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TOKEN_HEADER } from '../contract/routes.ts';

/** A request that the console refuses, and why. */
export interface Refusal {
  readonly status: 401 | 403 | 415;
  readonly detail: string;
}

type Guarded = Pick<IncomingMessage, 'method' | 'headers'>;

/**
 * Refuses requests that the console's own page, or a program on this machine, would not send. The server
 * has already checked the header `Host`.
 *
 * - Another site's page sends its own `Origin`, or says in `Sec-Fetch-Site` that it is another site.
 * - A form of another site can send text, but not JSON. So a change without an `Origin` must be JSON.
 */
export function refuseForeign({ method = 'GET', headers }: Guarded): Refusal | undefined {
  const { host, origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    return {
      status: 403,
      detail: `origin not allowed: got ${printable(origin)}, allowed is http://${host}`,
    };
  }
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') {
    return { status: 403, detail: 'the request comes from the page of another site' };
  }
  if (origin === undefined && !isRead(method) && !isJson(headers['content-type'])) {
    return { status: 415, detail: 'a change needs the header content-type: application/json' };
  }
  return undefined;
}

/** Returns true for a person who opens the page, even by a link on another site. */
export function opensPage({ method, headers }: Guarded): boolean {
  return (
    method === 'GET' &&
    headers.origin === undefined &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}

/** Refuses a request without the token. Without a token to compare with, every request passes. */
export function refuseWithoutToken(
  { headers }: Guarded,
  token: string | undefined,
): Refusal | undefined {
  if (token === undefined || isSame(String(headers[TOKEN_HEADER] ?? ''), token)) return undefined;
  const detail = `the header ${TOKEN_HEADER} is missing or wrong; open the address that the command printed`;
  return { status: 401, detail };
}

/** Compares in constant time, so that the duration does not show where the texts differ. */
function isSame(sent: string, expected: string): boolean {
  return timingSafeEqual(digest(sent), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isJson(contentType = ''): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType);
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').slice(0, 200);
}
