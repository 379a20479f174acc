/** The body and the response of POST /v1/uploads. */
import * as z from 'zod';
import { UPLOAD_ID } from '../keys.ts';
import { MEDIA } from '../media.ts';
import { kindOfType, MEDIA_TYPES } from '../media-types.ts';

export const uploadRequest = z
  .strictObject({
    contentType: z.enum(MEDIA_TYPES).describe('The media type of the file.'),
    bytes: z
      .int()
      .min(1)
      .describe(
        `The exact size of the file: at most ${megabytes('image')} for an image, ${megabytes('document')} for a document, ${megabytes('video')} for a video or a sound.`,
      ),
  })
  .superRefine(({ contentType, bytes }, context) => {
    const kind = kindOfType(contentType);
    if (!kind || bytes <= MEDIA[kind].maxBytes) return;
    const message = `at most ${MEDIA[kind].maxBytes}`;
    context.addIssue({ code: 'custom', path: ['bytes'], message });
  })
  .meta({ examples: [{ contentType: 'image/png', bytes: 20_480 }] });

export const uploadView = z
  .object({
    uploadId: z
      .string()
      .regex(UPLOAD_ID)
      .describe('A content block refers to the file as `source: { "upload": "<uploadId>" }`.'),
    url: z.url().describe('The address for a POST with `multipart/form-data`.'),
    fields: z
      .record(z.string(), z.string())
      .describe('The fields of the form. The file follows them, as the field `file`.'),
    expiresAt: z.iso
      .datetime()
      .describe(
        'The time until which the form is accepted. The file is usable for a day after it.',
      ),
    contentType: z.string().describe('The only media type that is accepted.'),
    bytes: z.int().describe('The only size that is accepted.'),
  })
  .meta({
    examples: [
      {
        uploadId: '0123456789abcdef0123456789abcdef',
        url: 'https://results.s3.us-east-1.amazonaws.com/',
        fields: { key: 'uploads/…', 'Content-Type': 'image/png', policy: '…' },
        expiresAt: '2026-01-01T00:15:00.000Z',
        contentType: 'image/png',
        bytes: 20_480,
      },
    ],
  });

export type UploadRequest = z.infer<typeof uploadRequest>;
export type UploadView = z.infer<typeof uploadView>;

function megabytes(kind: keyof typeof MEDIA): string {
  return `${MEDIA[kind].maxBytes / 1024 / 1024} MB`;
}
