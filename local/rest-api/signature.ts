import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ACCOUNT, REGION } from '../resources.ts';

/** Who may call methods that IAM authorizes, and by which secret. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly userArn: string;
}

/** The one operator of the embedded run; no secret beyond this machine. */
export const OPERATOR: Credential = {
  accessKeyId: 'local-admin',
  secretAccessKey: 'local-admin-secret',
  userArn: `arn:aws:iam::${ACCOUNT}:user/local-admin`,
};

/** Why a signature is not taken, in the gateway's words for its responses. */
export type SignatureRefusal = 'MISSING_AUTHENTICATION_TOKEN' | 'INVALID_SIGNATURE';

export const SIGNED_SERVICE = 'execute-api';
/** As AWS has it: how far a caller's clock may be off. */
const SKEW_MS = 5 * 60_000;

/**
 * The signer of a request by AWS Signature Version 4, computed anew from what was sent. Of an
 * unsigned request API Gateway says what it says of a route that is not there.
 *
 * Source: AWS, "Create a signed AWS API request".
 */
export function verifySignature(
  request: IncomingMessage,
  body: Buffer,
  nowMs: number,
  credential = OPERATOR,
): Credential | SignatureRefusal {
  const { authorization } = request.headers;
  if (!authorization) return 'MISSING_AUTHENTICATION_TOKEN';
  const claim = readClaim(authorization);
  const sentAt = headerText(request, 'x-amz-date');
  if (!claim || !isTimely(sentAt, nowMs) || !claim.signedHeaders.includes('host')) {
    return 'INVALID_SIGNATURE';
  }
  const scope = `${sentAt.slice(0, 8)}/${REGION}/${SIGNED_SERVICE}/aws4_request`;
  if (claim.credential !== `${credential.accessKeyId}/${scope}`) return 'INVALID_SIGNATURE';

  const isSigned = canonicalPaths(request).some((path) => {
    const canonical = canonicalRequest(request, body, claim.signedHeaders, path);
    const text = ['AWS4-HMAC-SHA256', sentAt, scope, sha256(canonical)].join('\n');
    return isSame(claim.signature, signatureOf(text, scope, credential.secretAccessKey));
  });
  return isSigned ? credential : 'INVALID_SIGNATURE';
}

interface Claim {
  /** With its scope: `<access key id>/<day>/<region>/<service>/aws4_request`. */
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function readClaim(authorization: string): Claim | undefined {
  const [, parameters] = /^AWS4-HMAC-SHA256\s+(.*)$/.exec(authorization) ?? [];
  const given = new Map(
    (parameters ?? '').split(',').map((each): [string, string] => {
      const [name = '', value = ''] = each.trim().split('=');
      return [name, value];
    }),
  );
  const credential = given.get('Credential');
  const signedHeaders = given.get('SignedHeaders')?.split(';');
  const signature = given.get('Signature');
  return credential && signedHeaders && signature
    ? { credential, signedHeaders, signature }
    : undefined;
}

/** `20261123T120000Z`, near enough to this machine's time. */
function isTimely(sentAt: string, nowMs: number): boolean {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(sentAt)?.slice(1).map(Number);
  const [year = 0, month = 1, ...rest] = parts ?? [];
  return Math.abs(Date.UTC(year, month - 1, ...rest) - nowMs) <= SKEW_MS;
}

function canonicalRequest(
  request: IncomingMessage,
  body: Buffer,
  signedHeaders: readonly string[],
  path: string,
): string {
  const headers = signedHeaders.map(
    (name) => `${name}:${headerText(request, name).trim().replace(/\s+/g, ' ')}\n`,
  );
  return [
    request.method,
    path,
    canonicalQuery(request),
    headers.join(''),
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');
}

/**
 * AWS encodes the path once more than it was sent. Older versions of curl sign it as it was sent,
 * which is as good a proof of the secret: a laptop's curl is to work here, though AWS refuses it for
 * a path with a `:` or a `%`.
 */
function canonicalPaths({ url = '/' }: IncomingMessage): readonly string[] {
  const path = url.split('?')[0] || '/';
  return [path.split('/').map(encode).join('/'), path];
}

function canonicalQuery({ url = '/' }: IncomingMessage): string {
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

function signatureOf(text: string, scope: string, secret: string): string {
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** In a time that tells nothing of where they differ. */
function isSame(given: string, computed: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(computed)));
}

function headerText({ headers }: IncomingMessage, name: string): string {
  return [headers[name] ?? ''].flat().join(',');
}

/** All but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
