import {
  fileKey,
  jobPrefixes,
  promptKey,
  resultKey,
  uploadKey,
} from '../../lambda/contract/keys.ts';
import { MARK_BYTES } from '../../lambda/contract/media.ts';
import type { ResultStore } from '../../lambda/core/jobs/result-store.ts';
import type { UploadStore } from '../../lambda/core/jobs/upload-store.ts';
import { ownerOf } from '../../lambda/request/job-uploads.ts';
import type { Cloud } from './cloud.ts';

const TENANT = 'a-tenant';
const UPLOAD_ID = 'f'.repeat(32);

/** A file that the tenant uploaded before each run. */
export const UPLOADED = {
  id: UPLOAD_ID,
  path: pathOf(uploadKey(ownerOf(TENANT), UPLOAD_ID)),
  body: 'GIF89a, an image',
  contentType: 'image/gif',
  tag: '"tag"',
} as const;

/** The messages of a job with the uploaded file. */
export const MESSAGES_WITH_FILE = [
  {
    role: 'user',
    content: [
      { text: 'Why do ships have anchors?' },
      { image: { format: 'gif', source: { upload: UPLOADED.id } } },
    ],
  },
];

/** Returns the path of an object as S3's client writes it. */
function pathOf(key: string): string {
  return `/results/${key}`;
}

/** The stores of a cloud's objects, without a network. */
export function objectStoresOf({ objects, clock }: Cloud): {
  readonly results: ResultStore;
  readonly uploads: UploadStore;
} {
  const read = (key: string) => JSON.parse(objects.get(pathOf(key)) ?? 'null') ?? undefined;
  const put = (key: string, value: unknown) => {
    const text = JSON.stringify(value);
    objects.set(pathOf(key), text);
    return text.length;
  };
  return {
    results: {
      putPrompt: async ({ jobId, bodyHash }, prompt) => put(promptKey(jobId, bodyHash), prompt),
      getPrompt: async ({ jobId, bodyHash }) => read(promptKey(jobId, bodyHash)),
      getFile: async ({ jobId, requestToken, uploadId }) => {
        const file = objects.get(pathOf(fileKey(jobId, requestToken, uploadId)));
        return file === undefined ? undefined : Buffer.from(file).toString('base64');
      },
      putAnswer: async ({ jobId, claimToken }, answer) => put(resultKey(jobId, claimToken), answer),
      getAnswer: async ({ jobId, claimToken }) => read(resultKey(jobId, claimToken)),
      putErrorDetail: async ({ jobId, claimToken }, detail) => {
        put(`${resultKey(jobId, claimToken)}/error-detail`, detail);
      },
      getErrorDetail: async ({ jobId, claimToken }) =>
        read(`${resultKey(jobId, claimToken)}/error-detail`),
      answerUrl: async ({ jobId, claimToken }) => pathOf(resultKey(jobId, claimToken)),
      purge: async (jobId) => {
        const prefixes = jobPrefixes(jobId).map(pathOf);
        for (const key of objects.keys()) {
          if (prefixes.some((prefix) => key.startsWith(prefix))) objects.delete(key);
        }
      },
    },
    uploads: {
      createForm: async () => ({ url: 'https://results/', fields: {} }),
      find: async ({ owner, uploadId }) => {
        const file = objects.get(pathOf(uploadKey(owner, uploadId)));
        if (file === undefined) return undefined;
        const { contentType, tag } = UPLOADED;
        const start = Buffer.from(file).subarray(0, MARK_BYTES).toString('hex');
        return { contentType, bytes: file.length, uploadedAtMs: clock.now(), start, tag };
      },
      copy: async ({ owner, uploadId }, tag, to) => {
        const file = objects.get(pathOf(uploadKey(owner, uploadId)));
        if (file === undefined || tag !== UPLOADED.tag) return false;
        objects.set(pathOf(fileKey(to.jobId, to.requestToken, to.uploadId)), file);
        return true;
      },
    },
  };
}
