import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Conversation } from '../contract/conversation.ts';
import { errorDetailKey, fileKey, jobPrefixes, promptKey, resultKey } from '../contract/keys.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import type { Answer } from '../core/router/run-result.ts';
import { createClient, WITHOUT_CHECKSUMS } from './sdk-client.ts';

/**
 * The lifetime of a link: long enough to start a download, short enough to limit the harm of a
 * leak.
 */
const LINK_SECONDS = 900;

export function s3ResultStore(
  bucket: string,
  client = createClient((options) => new S3Client({ ...options, ...WITHOUT_CHECKSUMS })),
): ResultStore {
  return {
    async putPrompt({ jobId, bodyHash }, conversation) {
      const body = JSON.stringify(conversation);
      await put(client, bucket, promptKey(jobId, bodyHash), body);
      return Buffer.byteLength(body);
    },

    async getPrompt({ jobId, bodyHash }) {
      const text = await get(client, bucket, promptKey(jobId, bodyHash));
      return text === undefined ? undefined : (JSON.parse(text) as Conversation);
    },

    getFile({ jobId, requestToken, uploadId }) {
      return get(client, bucket, fileKey(jobId, requestToken, uploadId), 'base64');
    },

    async putAnswer({ jobId, claimToken }, answer) {
      const body = JSON.stringify(answer);
      await put(client, bucket, resultKey(jobId, claimToken), body);
      return Buffer.byteLength(body);
    },

    async getAnswer({ jobId, claimToken }) {
      const text = await get(client, bucket, resultKey(jobId, claimToken));
      return text === undefined ? undefined : (JSON.parse(text) as Answer);
    },

    async putErrorDetail({ jobId, claimToken }, detail) {
      await put(client, bucket, errorDetailKey(jobId, claimToken), JSON.stringify(detail));
    },

    async getErrorDetail({ jobId, claimToken }) {
      const text = await get(client, bucket, errorDetailKey(jobId, claimToken));
      return text === undefined ? undefined : (JSON.parse(text) as string);
    },

    answerUrl({ jobId, claimToken }) {
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: resultKey(jobId, claimToken),
        ResponseContentType: 'application/json',
        // An answer is untrusted text: a browser that follows the link must not render it.
        ResponseContentDisposition: `attachment; filename="${jobId}.json"`,
      });
      return getSignedUrl(client, command, { expiresIn: LINK_SECONDS });
    },

    async purge(jobId) {
      await Promise.all(jobPrefixes(jobId).map((prefix) => deleteAll(client, bucket, prefix)));
    },
  };
}

async function deleteAll(client: S3Client, bucket: string, prefix: string): Promise<void> {
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
  for await (const { Contents = [] } of pages) {
    await Promise.all(
      Contents.map(({ Key }) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))),
    );
  }
}

async function put(client: S3Client, bucket: string, key: string, body: string): Promise<void> {
  await client.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/json' }),
  );
}

async function get(
  client: S3Client,
  bucket: string,
  key: string,
  encoding: 'utf-8' | 'base64' = 'utf-8',
): Promise<string | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body?.transformToString(encoding);
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}
