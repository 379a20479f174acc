import type { Call } from './call.ts';
import { problemOf, Unreachable } from './problem.ts';

interface UploadForm {
  readonly uploadId: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Asks for a form, and sends the file with it to S3. Returns the upload's id. */
export async function uploadFile(
  call: Call,
  send: typeof fetch,
  { contentType, bytes }: { readonly contentType: string; readonly bytes: Uint8Array },
): Promise<string> {
  const request = { contentType, bytes: bytes.byteLength };
  const { uploadId, url, fields } = await call<UploadForm>('POST', 'uploads', { body: request });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([bytes.slice()], { type: contentType }));
  const response = await send(url, { method: 'POST', body: form }).catch((cause: unknown) => {
    throw new Unreachable(`no response from ${new URL(url).origin}`, { cause });
  });
  if (!response.ok) throw await problemOf(response);
  return uploadId;
}
