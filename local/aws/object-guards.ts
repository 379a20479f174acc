import type { IncomingHttpHeaders } from 'node:http';
import { type AccessControl, credentialOf } from '../iam.ts';
import type { Signed } from '../signature-v4.ts';
import { copyFault } from './copy-guard.ts';
import { askFauxqs, type Fauxqs } from './fauxqs.ts';
import { linkSigner, refuseLink } from './presigned-link.ts';
import { fault, faultXml } from './s3-fault.ts';

export interface ObjectGuards {
  /** A missing object is a 403 for a caller who may not list the bucket, as in S3. */
  readonly hidesMissing: boolean;
}

/**
 * Adds the rules of S3 that fauxqs lacks: IAM permissions, signature and expiry of presigned links,
 * conditional writes and copies, and response headers that a link overrides.
 */
export function guardObjects(
  app: Fauxqs,
  access: AccessControl,
  { hidesMissing }: ObjectGuards,
): void {
  /** Conditional writes in progress, by path, because the check and the write are two steps. */
  const writing = new Map<string, unknown>();
  const targets = new WeakMap<object, S3Target>();

  app.addHook('onRequest', async (request, reply) => {
    const target = s3Target(request);
    if (!target) return;
    targets.set(request, target);
    const { path, action, arn } = target;
    const denial = access.authorize(signer(request.raw), action, arn);
    const conditional = request.method === 'PUT' && isConditional(request.headers);
    const failure =
      (denial && fault(403, 'AccessDenied', denial)) ||
      linkFault(request.raw, access) ||
      (await copyFault(app, access, request.raw, hidesMissing)) ||
      (conditional && (await failedCondition(request, path)));
    if (!failure) return;
    await reply
      .code(failure.status)
      .header('content-type', 'application/xml')
      .send(faultXml(failure));
  });

  app.addHook('onResponse', async (request) => {
    const path = targets.get(request)?.path ?? '';
    if (writing.get(path) === request) writing.delete(path);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const target = targets.get(request);
    if (!target || (request.method !== 'GET' && request.method !== 'HEAD')) return payload;
    if (hidesMissing && reply.statusCode === 404 && target.action === 's3:GetObject') {
      // S3 returns 403 to a caller who may not list the bucket, so that they cannot probe for names.
      const bucket = target.arn.split('/')[0] ?? target.arn;
      if (!access.wouldDeny(signer(request.raw), 's3:ListBucket', bucket)) return payload;
      reply.code(403);
      return payload && faultXml({ code: 'AccessDenied', message: 'Access Denied' });
    }
    for (const [name, value] of target.url.searchParams) {
      if (name.startsWith('response-')) reply.header(name.slice('response-'.length), value);
    }
    return payload;
  });

  /**
   * Checks If-Match and If-None-Match. Returns an error if the condition fails, or if another
   * conditional write to the path is in progress: like S3, it then returns 409.
   */
  async function failedCondition(request: { headers: IncomingHttpHeaders }, path: string) {
    if (writing.has(path)) {
      return fault(409, 'ConditionalRequestConflict', 'A conflicting operation is running.');
    }
    writing.set(path, request);
    const { statusCode, headers: present } = await askFauxqs(app, { method: 'HEAD', url: path });
    const exists = statusCode === 200;
    const ifMatch = request.headers['if-match'];
    if (ifMatch && !exists) return fault(404, 'NoSuchKey', 'The key does not exist.');
    if (ifMatch ? present.etag === ifMatch : !exists) return undefined;
    return fault(412, 'PreconditionFailed', 'At least one of the pre-conditions did not hold');
  }
}

interface S3Target {
  readonly url: URL;
  readonly path: string;
  readonly action: string;
  readonly arn: string;
}

/** Returns undefined for a request that is not for S3: its path is the root or begins with `_`. */
function s3Target({ method, url: raw }: { method: string; url: string }): S3Target | undefined {
  const url = new URL(`http://local${raw}`);
  const [, bucket = '', ...key] = url.pathname.split('/');
  if (bucket === '' || bucket.startsWith('_')) return undefined;
  const isObject = key.join('') !== '';
  const arn = `arn:aws:s3:::${decodeURIComponent(isObject ? url.pathname.slice(1) : bucket)}`;
  const reads = method === 'GET' || method === 'HEAD';
  if (!isObject) return { url, path: url.pathname, action: reads ? 's3:ListBucket' : 's3:*', arn };
  const verb = reads ? 'Get' : method === 'DELETE' ? 'Delete' : 'Put';
  return { url, path: url.pathname, action: `s3:${verb}Object`, arn };
}

/** Returns the headers that name the signer. A presigned link names it in the query. */
function signer(request: Signed): IncomingHttpHeaders {
  const keyId = linkSigner(request);
  return keyId === undefined ? request.headers : { authorization: credentialOf(keyId) };
}

function linkFault(request: Signed, { secretOf }: AccessControl) {
  if (linkSigner(request) === undefined) return undefined;
  switch (refuseLink(request, secretOf, Date.now())) {
    case 'expired':
      return fault(403, 'AccessDenied', 'Request has expired');
    case 'wrong-signature':
      return fault(403, 'SignatureDoesNotMatch', 'The signature of the link is not valid.');
    default:
      return undefined;
  }
}

function isConditional(headers: IncomingHttpHeaders): boolean {
  return headers['if-none-match'] !== undefined || headers['if-match'] !== undefined;
}
