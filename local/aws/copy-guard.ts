import type { IncomingMessage } from 'node:http';
import type { AccessControl } from '../iam.ts';
import { askFauxqs, type Fauxqs } from './fauxqs.ts';
import { fault, type S3Fault } from './s3-fault.ts';

/**
 * Checks the source of a copy, which fauxqs does not: the caller must be allowed to read it, and its tag
 * must match. Returns undefined for a copy that S3 accepts, and for any other request.
 *
 * @param hidesMissing a missing source is a 403 for a caller who may not list the bucket
 */
export async function copyFault(
  app: Fauxqs,
  access: AccessControl,
  { method, headers }: IncomingMessage,
  hidesMissing: boolean,
): Promise<S3Fault | undefined> {
  const header = headers['x-amz-copy-source'];
  if (method !== 'PUT' || header === undefined) return undefined;
  const source = decodeURIComponent(String(header)).replace(/^\//, '');
  const denial = access.authorize(headers, 's3:GetObject', `arn:aws:s3:::${source}`);
  if (denial) return fault(403, 'AccessDenied', denial);

  const present = await askFauxqs(app, { method: 'HEAD', url: `/${encodeURI(source)}` });
  if (present.statusCode !== 200) {
    const bucket = `arn:aws:s3:::${source.split('/')[0]}`;
    const isHidden = hidesMissing && access.wouldDeny(headers, 's3:ListBucket', bucket);
    return isHidden
      ? fault(403, 'AccessDenied', 'Access Denied')
      : fault(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  const tag = headers['x-amz-copy-source-if-match'];
  return tag === undefined || tag === present.headers.etag
    ? undefined
    : fault(412, 'PreconditionFailed', 'At least one of the pre-conditions did not hold');
}
