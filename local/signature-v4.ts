import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * The parts of AWS Signature Version 4 that signatures in headers, in links and in forms have in common.
 *
 * Source: AWS, "Create a signed AWS API request".
 */
export type Signed = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** @param without a parameter to leave out: a link's own signature */
export function canonicalQuery({ url = '/' }: Signed, without?: string): string {
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  return [...new URLSearchParams(query)]
    .filter(([name]) => name !== without)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

export function canonicalHeaders(request: Signed, names: readonly string[]): string {
  return names
    .map((name) => `${name}:${headerText(request, name).trim().replace(/\s+/g, ' ')}\n`)
    .join('');
}

/**
 * @param sentAt the time of the signature: `20261123T120000Z`
 * @param scope `<day>/<region>/<service>/aws4_request`
 */
export function signatureOf(
  canonicalRequest: string,
  sentAt: string,
  scope: string,
  secret: string,
): string {
  const text = ['AWS4-HMAC-SHA256', sentAt, scope, sha256(canonicalRequest)].join('\n');
  return signatureOfText(text, scope, secret);
}

/** Signs a text as it is, such as the policy of a form. */
export function signatureOfText(text: string, scope: string, secret: string): string {
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString('hex');
}

/** Compares in constant time, so that the duration does not show where the texts differ. */
export function isSame(sent: string, computed: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(sent)), Buffer.from(sha256(computed)));
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function headerText({ headers }: Signed, name: string): string {
  return [headers[name] ?? ''].flat().join(',');
}

/** Percent-encodes all characters except the unreserved ones of RFC 3986. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
