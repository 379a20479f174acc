import type { IncomingMessage } from 'node:http';
import { OPERATOR_KEY_ID, OPERATOR_SECRET } from '../iam.ts';
import { ACCOUNT, REGION } from '../resources.ts';
import {
  canonicalHeaders,
  canonicalQuery,
  encode,
  headerText,
  isSame,
  sha256,
  signatureOf,
} from '../signature-v4.ts';

/** A credential for the methods that IAM authorizes. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly userArn: string;
}

/** The operator of the embedded run. */
export const OPERATOR: Credential = {
  accessKeyId: OPERATOR_KEY_ID,
  secretAccessKey: OPERATOR_SECRET,
  userArn: `arn:aws:iam::${ACCOUNT}:user/local-admin`,
};

/** The reason why a signature is refused, as a type of gateway response. */
export type SignatureRefusal = 'MISSING_AUTHENTICATION_TOKEN' | 'INVALID_SIGNATURE';

const SIGNED_SERVICE = 'execute-api';
/** The largest error of a caller's clock that AWS accepts. */
const SKEW_MS = 5 * 60_000;

/**
 * Verifies the AWS Signature Version 4 of a request and returns its signer. API Gateway gives
 * an unsigned request the same response as an unknown route.
 *
 * Source: AWS, "Create a signed AWS API request".
 */
export function verifySignature(
  request: IncomingMessage,
  body: Buffer,
  nowMs: number,
): Credential | SignatureRefusal {
  const { authorization } = request.headers;
  if (!authorization) return 'MISSING_AUTHENTICATION_TOKEN';
  const given = readAuthorization(authorization);
  const sentAt = headerText(request, 'x-amz-date');
  if (!given || !isTimely(sentAt, nowMs) || !given.signedHeaders.includes('host')) {
    return 'INVALID_SIGNATURE';
  }
  const scope = `${sentAt.slice(0, 8)}/${REGION}/${SIGNED_SERVICE}/aws4_request`;
  if (given.credential !== `${OPERATOR.accessKeyId}/${scope}`) return 'INVALID_SIGNATURE';

  const isSigned = canonicalPaths(request).some((path) => {
    const canonical = canonicalRequest(request, body, given.signedHeaders, path);
    const expected = signatureOf(canonical, sentAt, scope, OPERATOR.secretAccessKey);
    return isSame(given.signature, expected);
  });
  return isSigned ? OPERATOR : 'INVALID_SIGNATURE';
}

interface Authorization {
  /** The key id and its scope: `<access key id>/<day>/<region>/<service>/aws4_request`. */
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function readAuthorization(authorization: string): Authorization | undefined {
  const [, parameters] = /^AWS4-HMAC-SHA256\s+(.*)$/.exec(authorization) ?? [];
  const fields = new Map(
    (parameters ?? '').split(',').map((each): [string, string] => {
      const [name = '', value = ''] = each.trim().split('=');
      return [name, value];
    }),
  );
  const credential = fields.get('Credential');
  const signedHeaders = fields.get('SignedHeaders')?.split(';');
  const signature = fields.get('Signature');
  return credential && signedHeaders && signature
    ? { credential, signedHeaders, signature }
    : undefined;
}

/** Returns true if a time such as `20261123T120000Z` is close enough to this machine's time. */
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
  return [
    request.method,
    path,
    canonicalQuery(request),
    canonicalHeaders(request, signedHeaders),
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');
}

/**
 * Returns the paths that a valid signature may cover. For AWS, that is the sent path, encoded once
 * more. Older versions of curl sign the path as sent, which AWS refuses if it contains a `:` or a `%`.
 * Both prove that the caller has the secret, so the embedded run accepts both, unless the path contains
 * an encoded `%`: as sent, `%252F` is what AWS expects in a signature for `%2F`, another path.
 */
function canonicalPaths({ url = '/' }: IncomingMessage): readonly string[] {
  const path = url.split('?')[0] || '/';
  const encoded = path.split('/').map(encode).join('/');
  return path.includes('%25') ? [encoded] : [encoded, path];
}
