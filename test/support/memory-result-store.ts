import type { Conversation } from '../../lambda/contract/conversation.ts';
import { MARK_BYTES } from '../../lambda/contract/media.ts';
import type { PromptName, ResultName, ResultStore } from '../../lambda/core/jobs/result-store.ts';
import type {
  FileName,
  FoundUpload,
  UploadForm,
  UploadName,
  UploadStore,
} from '../../lambda/core/jobs/upload-store.ts';
import type { Answer } from '../../lambda/core/router/run-result.ts';

/** A result store that keeps prompts, files and answers in memory. */
export class MemoryResultStore implements ResultStore {
  readonly prompts = new Map<string, Conversation>();
  /** As base64. */
  readonly files = new Map<string, string>();
  readonly answers = new Map<string, Answer>();
  readonly errorDetails = new Map<string, string>();

  async putPrompt({ jobId, bodyHash }: PromptName, conversation: Conversation): Promise<number> {
    this.prompts.set(`${jobId}/${bodyHash}`, conversation);
    return Buffer.byteLength(JSON.stringify(conversation));
  }

  async getPrompt({ jobId, bodyHash }: PromptName): Promise<Conversation | undefined> {
    return this.prompts.get(`${jobId}/${bodyHash}`);
  }

  async getFile({ jobId, requestToken, uploadId }: FileName): Promise<string | undefined> {
    return this.files.get(`${jobId}/${requestToken}/${uploadId}`);
  }

  async putAnswer({ jobId, claimToken }: ResultName, answer: Answer): Promise<number> {
    this.answers.set(`${jobId}/${claimToken}`, answer);
    return Buffer.byteLength(JSON.stringify(answer));
  }

  async getAnswer({ jobId, claimToken }: ResultName): Promise<Answer | undefined> {
    return this.answers.get(`${jobId}/${claimToken}`);
  }

  async putErrorDetail({ jobId, claimToken }: ResultName, detail: string): Promise<void> {
    this.errorDetails.set(`${jobId}/${claimToken}`, detail);
  }

  async getErrorDetail({ jobId, claimToken }: ResultName): Promise<string | undefined> {
    return this.errorDetails.get(`${jobId}/${claimToken}`);
  }

  async answerUrl({ jobId, claimToken }: ResultName): Promise<string> {
    return `https://results/${jobId}/${claimToken}`;
  }

  async purge(jobId: string): Promise<void> {
    for (const objects of [this.prompts, this.files, this.answers, this.errorDetails]) {
      for (const key of objects.keys()) if (key.startsWith(`${jobId}/`)) objects.delete(key);
    }
  }
}

interface MemoryUpload {
  readonly contentType: string;
  readonly content: Buffer;
  readonly uploadedAtMs: number;
}

/** An upload store in memory that copies into a result store in memory. */
export class MemoryUploadStore implements UploadStore {
  readonly uploads = new Map<string, MemoryUpload>();
  readonly #results: MemoryResultStore;

  constructor(results: MemoryResultStore) {
    this.#results = results;
  }

  async createForm({ owner, uploadId }: UploadName): Promise<UploadForm> {
    return { url: 'https://results/', fields: { key: `uploads/${owner}/${uploadId}` } };
  }

  /** Stores a file as S3 does after a POST of the form. */
  upload(key: string, upload: MemoryUpload): void {
    this.uploads.set(key, upload);
  }

  async find({ owner, uploadId }: UploadName): Promise<FoundUpload | undefined> {
    const upload = this.uploads.get(`uploads/${owner}/${uploadId}`);
    return (
      upload && {
        contentType: upload.contentType,
        bytes: upload.content.length,
        uploadedAtMs: upload.uploadedAtMs,
        start: upload.content.subarray(0, MARK_BYTES).toString('hex'),
        tag: tagOf(upload),
      }
    );
  }

  async copy(name: UploadName, tag: string, to: FileName): Promise<boolean> {
    const upload = this.uploads.get(`uploads/${name.owner}/${name.uploadId}`);
    if (!upload || tagOf(upload) !== tag) return false;
    const { jobId, requestToken, uploadId } = to;
    this.#results.files.set(
      `${jobId}/${requestToken}/${uploadId}`,
      upload.content.toString('base64'),
    );
    return true;
  }
}

function tagOf({ content }: MemoryUpload): string {
  return `"${content.toString('hex')}"`;
}
