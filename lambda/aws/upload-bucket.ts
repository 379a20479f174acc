import { CopyObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { fileKey, uploadKey } from '../contract/keys.ts';
import { errorName } from '../core/error-name.ts';
import type { UploadName, UploadStore } from '../core/jobs/upload-store.ts';
import { createClient, WITHOUT_CHECKSUMS } from './sdk-client.ts';
import { signUploadForm } from './upload-form.ts';

export function s3UploadStore(
  bucket: string,
  client = createClient((options) => new S3Client({ ...options, ...WITHOUT_CHECKSUMS })),
): UploadStore {
  const keyOf = ({ owner, uploadId }: UploadName) => uploadKey(owner, uploadId);
  return {
    createForm(upload, file, nowMs, expiresAtMs) {
      const object = { bucket, key: keyOf(upload) };
      return signUploadForm(client, object, file, nowMs, expiresAtMs);
    },

    async find(upload) {
      try {
        const head = new HeadObjectCommand({ Bucket: bucket, Key: keyOf(upload) });
        const { ContentType, ContentLength, LastModified, ETag } = await client.send(head);
        return {
          contentType: ContentType ?? '',
          bytes: ContentLength ?? 0,
          uploadedAtMs: LastModified?.getTime() ?? 0,
          tag: ETag ?? '',
        };
      } catch (error) {
        if (IS_MISSING.has(errorName(error))) return undefined;
        throw error;
      }
    },

    async copy(upload, tag, { jobId, requestToken, uploadId }) {
      try {
        await client.send(
          new CopyObjectCommand({
            Bucket: bucket,
            Key: fileKey(jobId, requestToken, uploadId),
            CopySource: `${bucket}/${keyOf(upload)}`,
            CopySourceIfMatch: tag,
          }),
        );
        return true;
      } catch (error) {
        if (IS_MISSING.has(errorName(error)) || errorName(error) === CHANGED) return false;
        throw error;
      }
    },
  };
}

/** A response to HEAD has no body, so the SDK gives its error another name. */
const IS_MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound']);
const CHANGED = 'PreconditionFailed';
