import {
  canonicalHeaders,
  canonicalQuery,
  isSame,
  type Signed,
  signatureOf,
} from '../signature-v4.ts';

/** Returns the secret of an access key id, or undefined if nobody has this key. */
export type SecretOf = (accessKeyId: string) => string | undefined;

export type LinkRefusal = 'expired' | 'wrong-signature';

const SIGNATURE = 'X-Amz-Signature';

/** Returns the access key id that signed a link, or undefined if the request's URL is not a link. */
export function linkSigner({ url = '/' }: Signed): string | undefined {
  return parametersOf(url).get('X-Amz-Credential')?.split('/')[0];
}

/**
 * Verifies a presigned link of S3. Returns undefined if it is valid.
 *
 * Source: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
 */
export function refuseLink(
  request: Signed,
  secretOf: SecretOf,
  nowMs: number,
): LinkRefusal | undefined {
  const { method, url = '/' } = request;
  const parameters = parametersOf(url);
  const sentAt = parameters.get('X-Amz-Date') ?? '';
  const signedHeaders = (parameters.get('X-Amz-SignedHeaders') ?? '').split(';');
  const [keyId = '', ...scope] = (parameters.get('X-Amz-Credential') ?? '').split('/');
  const [day, , service, end] = scope;
  const secret = secretOf(keyId);
  const isForS3 = service === 's3' && end === 'aws4_request' && sentAt.startsWith(`${day}T`);
  if (!secret || !isForS3 || !signedHeaders.includes('host')) return 'wrong-signature';

  const canonical = [
    method,
    url.split('?')[0],
    canonicalQuery(request, SIGNATURE),
    canonicalHeaders(request, signedHeaders),
    signedHeaders.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const expected = signatureOf(canonical, sentAt, scope.join('/'), secret);
  if (!isSame(parameters.get(SIGNATURE) ?? '', expected)) return 'wrong-signature';
  const endsAtMs = timeMs(sentAt) + Number(parameters.get('X-Amz-Expires')) * 1000;
  return nowMs < endsAtMs ? undefined : 'expired';
}

function parametersOf(url: string): URLSearchParams {
  return new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
}

/** Reads a time such as `20261123T120000Z`. */
function timeMs(time: string): number {
  return Date.parse(
    time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
}
