import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignatureV4 } from '@smithy/signature-v4';
import type { FileTerms, UploadForm } from '../core/jobs/upload-store.ts';
import { Sha256 } from './sha256.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Signs a form with which anybody can POST one object to S3 until `expiresAtMs`. S3 refuses another key,
 * type or size, and any field that the form does not have.
 *
 * Source: AWS, "Authenticating Requests in Browser-Based Uploads Using POST".
 */
export async function signUploadForm(
  client: S3Client,
  object: { readonly bucket: string; readonly key: string },
  { contentType, bytes }: FileTerms,
  nowMs: number,
  expiresAtMs: number,
): Promise<UploadForm> {
  const { region, credentials } = client.config;
  const { accessKeyId, sessionToken } = await credentials();
  const signedAt = new Date(nowMs);
  const time = signedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${await region()}/s3/aws4_request`;
  const pinned = {
    key: object.key,
    'Content-Type': contentType,
    'x-amz-algorithm': ALGORITHM,
    'x-amz-credential': `${accessKeyId}/${scope}`,
    'x-amz-date': time,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  };
  const policy = Buffer.from(
    JSON.stringify({
      expiration: new Date(expiresAtMs).toISOString(),
      conditions: [
        { bucket: object.bucket },
        ['content-length-range', bytes, bytes],
        ...Object.entries(pinned).map(([name, value]) => ({ [name]: value })),
      ],
    }),
  ).toString('base64');
  const signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256 });
  const signature = await signer.sign(policy, { signingDate: signedAt });
  return {
    url: await bucketUrl(client, object),
    fields: { ...pinned, policy, 'x-amz-signature': signature },
  };
}

/** Returns the address of the bucket as the SDK resolves it: it depends on the region and the endpoint. */
async function bucketUrl(
  client: S3Client,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): Promise<string> {
  const link = await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }));
  const { origin, pathname } = new URL(link);
  return origin + pathname.slice(0, -key.length);
}
