import type { Conversation } from '../contract/conversation.ts';
import { uploadsOf, withFiles } from '../contract/conversation-media.ts';
import type { Job } from '../core/jobs/job.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';

/**
 * Returns a job's conversation with the bytes of its files. Returns undefined if the prompt or a file
 * was deleted.
 */
export async function loadConversation(
  results: Pick<ResultStore, 'getPrompt' | 'getFile'>,
  job: Job,
): Promise<Conversation | undefined> {
  const conversation = await results.getPrompt(job);
  if (!conversation) return undefined;
  const ids = new Set(uploadsOf(conversation).map(({ uploadId }) => uploadId));
  if (ids.size === 0) return conversation;

  const { jobId, requestToken } = job;
  const files = new Map<string, string>();
  await Promise.all(
    [...ids].map(async (uploadId) => {
      const base64 = await results.getFile({ jobId, requestToken, uploadId });
      if (base64 !== undefined) files.set(uploadId, base64);
    }),
  );
  return files.size === ids.size ? withFiles(conversation, files) : undefined;
}
