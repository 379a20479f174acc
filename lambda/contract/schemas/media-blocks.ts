/** The content blocks that carry files: images, documents, videos and audio. */
import * as z from 'zod';
import { AUDIO_FORMATS, DOCUMENT_FORMATS, IMAGE_FORMATS, VIDEO_FORMATS } from '../media.ts';
import { oneOf } from './one-of.ts';
import { prose, wellFormed } from './text.ts';

const bytes = z
  .base64({ error: 'a file in base64' })
  .min(1)
  .describe('The file in base64. A larger file goes through POST /v1/uploads.');

const s3Location = z.strictObject({
  uri: z.string().regex(/^s3:\/\/[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9](\/.*)?$/, 'an s3:// address'),
  bucketOwner: z
    .string()
    .regex(/^[0-9]{12}$/, 'an account id')
    .optional(),
});

const upload = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'the id of an upload')
  .describe('The `uploadId` of POST /v1/uploads.');

const file = { bytes, s3Location, upload };
const error = z.strictObject({ message: wellFormed.optional() }).optional();

const mediaSource = oneOf(file);

export const imageBlock = z.strictObject({
  format: z.enum(IMAGE_FORMATS),
  source: mediaSource,
  error,
});
export const videoBlock = z.strictObject({ format: z.enum(VIDEO_FORMATS), source: mediaSource });
export const audioBlock = z.strictObject({
  format: z.enum(AUDIO_FORMATS),
  source: mediaSource,
  error,
});

export const citationsConfig = z.strictObject({ enabled: z.boolean() });

export const documentBlock = z.strictObject({
  format: z.enum(DOCUMENT_FORMATS).optional(),
  name: z
    .string()
    .max(200)
    .regex(
      /^[0-9A-Za-z\-()[\]]+( [0-9A-Za-z\-()[\]]+)*$/,
      'letters, digits, hyphens, parentheses, square brackets and single spaces',
    )
    .describe('Replaced by a neutral name, because a model may take it for an instruction.'),
  source: oneOf({
    ...file,
    text: prose,
    content: z.array(z.strictObject({ text: prose })).min(1),
  }),
  context: wellFormed.min(1).optional(),
  citations: citationsConfig.optional(),
});
