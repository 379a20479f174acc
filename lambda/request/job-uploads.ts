import type { Conversation } from '../contract/conversation.ts';
import { type UploadPart, uploadsOf } from '../contract/conversation-media.ts';
import { base64Bytes, JOB_FILE_BYTES, JOB_UPLOADS } from '../contract/input-limits.ts';
import { hasMarkOf } from '../contract/media.ts';
import { typesOf } from '../contract/media-types.ts';
import type { Fault } from '../contract/schemas/faults.ts';
import type { FileName, FoundUpload, UploadStore } from '../core/jobs/upload-store.ts';
import { digest } from '../http/digest.ts';

/** The time for which an uploaded file can be used. S3 deletes it some hours later. */
export const UPLOAD_USABLE_MS = 24 * 3_600_000;

/** Returns the name under which a tenant's uploads are stored. */
export function ownerOf(tenant: string): string {
  return digest([tenant]);
}

/** The uploads that a conversation refers to. */
export interface JobUploads {
  readonly found: ReadonlyMap<string, FoundUpload>;
  /** The size of all files as base64. A file counts as often as the conversation refers to it. */
  readonly bytes: number;
  /** The references that cannot be followed. */
  readonly faults: readonly Fault[];
}

/** Looks up the files of a conversation among the tenant's uploads. */
export async function findUploads(
  uploads: Pick<UploadStore, 'find'>,
  tenant: string,
  conversation: Conversation,
  now: number,
): Promise<JobUploads> {
  const parts = uploadsOf(conversation);
  const ids = [...new Set(parts.map(({ uploadId }) => uploadId))];
  if (ids.length > JOB_UPLOADS) {
    const detail = `got ${ids.length} uploads, allowed are at most ${JOB_UPLOADS}`;
    return { found: new Map(), bytes: 0, faults: [{ field: 'messages', detail }] };
  }
  const owner = ownerOf(tenant);
  const found = new Map<string, FoundUpload>();
  await Promise.all(
    ids.map(async (uploadId) => {
      const upload = await uploads.find({ owner, uploadId });
      if (upload && now < upload.uploadedAtMs + UPLOAD_USABLE_MS) found.set(uploadId, upload);
    }),
  );
  const faults = parts.flatMap((part) => faultOf(part, found.get(part.uploadId)) ?? []);
  const bytes = parts.reduce(
    (sum, { uploadId }) => sum + base64Bytes(found.get(uploadId)?.bytes ?? 0),
    0,
  );
  return { found, bytes, faults: faults.length > 0 ? faults : sizeFault(bytes) };
}

/** Copies the files, so that the job no longer depends on the uploads. */
export async function copyUploads(
  uploads: Pick<UploadStore, 'copy'>,
  tenant: string,
  conversation: Conversation,
  { found }: JobUploads,
  job: Omit<FileName, 'uploadId'>,
): Promise<readonly Fault[]> {
  const owner = ownerOf(tenant);
  const { jobId, requestToken } = job;
  const lost = new Set<string>();
  await Promise.all(
    [...found].map(async ([uploadId, { tag }]) => {
      const to = { jobId, requestToken, uploadId };
      if (!(await uploads.copy({ owner, uploadId }, tag, to))) lost.add(uploadId);
    }),
  );
  return uploadsOf(conversation)
    .filter(({ uploadId }) => lost.has(uploadId))
    .map((part) => fault(part, 'the file was uploaded again while the job was submitted'));
}

function faultOf(part: UploadPart, upload: FoundUpload | undefined): Fault | undefined {
  if (!upload) return fault(part, NO_FILE);
  const { kind, format } = part;
  const allowed = typesOf(kind, format);
  if (!allowed.includes(upload.contentType)) {
    const detail = `got a file of the type ${upload.contentType}, allowed is ${allowed.join(', ')}`;
    return fault(part, detail);
  }
  if (format === undefined || hasMarkOf(format, upload.start)) return undefined;
  return fault(part, `got another format, allowed is a file of the format ${format}`);
}

function sizeFault(bytes: number): readonly Fault[] {
  if (bytes <= JOB_FILE_BYTES) return [];
  const detail = `got files of ${bytes} bytes as base64, allowed are at most ${JOB_FILE_BYTES}`;
  return [{ field: 'messages', detail }];
}

function fault({ path }: UploadPart, detail: string): Fault {
  return { field: `${path}.source.upload`, detail };
}

/** The same words for a file of another tenant, so that nobody can probe for one. */
const NO_FILE = 'allowed is a file that was uploaded in the last 24 hours';
