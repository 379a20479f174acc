import { CopyObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { fileKey, uploadKey } from '../contract/keys.ts';
import { MARK_BYTES } from '../contract/media.ts';
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
      const Range = `bytes=0-${MARK_BYTES - 1}`;
      try {
        const found = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: keyOf(upload), Range }),
        );
        return {
          contentType: found.ContentType ?? '',
          // The header ends with the size of the whole file: `bytes 0-15/20480`.
          bytes: Number(found.ContentRange?.split('/')[1]),
          uploadedAtMs: found.LastModified?.getTime() ?? 0,
          start: (await found.Body?.transformToString('hex')) ?? '',
          tag: found.ETag ?? '',
        };
      } catch (error) {
        if (errorName(error) === MISSING) return undefined;
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
        if (errorName(error) === MISSING || errorName(error) === CHANGED) return false;
        throw error;
      }
    },
  };
}

const MISSING = 'NoSuchKey';
const CHANGED = 'PreconditionFailed';
