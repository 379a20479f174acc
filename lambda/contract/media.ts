/**
 * The files that a request may carry: their formats, their media types, their largest sizes, and the
 * bytes with which they begin. Formats and sizes are those of Converse's content blocks, as the types
 * of the AWS SDK describe them.
 */

export const MEDIA_KINDS = ['image', 'document', 'video', 'audio'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

export const IMAGE_FORMATS = ['gif', 'jpeg', 'png', 'webp'] as const;
export const DOCUMENT_FORMATS = [
  ...['csv', 'doc', 'docx', 'html', 'md'],
  ...['pdf', 'txt', 'xls', 'xlsx'],
] as const;
export const VIDEO_FORMATS = [
  ...['flv', 'mkv', 'mov', 'mp4', 'mpeg', 'mpg'],
  ...['three_gp', 'webm', 'wmv'],
] as const;
export const AUDIO_FORMATS = [
  ...['aac', 'flac', 'm4a', 'mka', 'mkv', 'mp3', 'mp4', 'mpeg'],
  ...['mpga', 'ogg', 'opus', 'pcm', 'wav', 'webm', 'x-aac'],
] as const;

export interface MediaFacts {
  readonly formats: readonly string[];
  /** The largest file in bytes, before it is encoded as base64. */
  readonly maxBytes: number;
}

const MB = 1024 * 1024;

/**
 * Bedrock's limits for images and documents. A video or a sound may have 25 MB as base64, which is
 * three quarters of it in bytes.
 */
export const MEDIA: Readonly<Record<MediaKind, MediaFacts>> = {
  image: { formats: IMAGE_FORMATS, maxBytes: 3.75 * MB },
  document: { formats: DOCUMENT_FORMATS, maxBytes: 4.5 * MB },
  video: { formats: VIDEO_FORMATS, maxBytes: 18.75 * MB },
  audio: { formats: AUDIO_FORMATS, maxBytes: 18.75 * MB },
};

/** The width and the height of an image in pixels that Bedrock accepts. */
export const MAX_IMAGE_PIXELS = 8000;

/** Bytes in hexadecimal digits at an offset of a file. */
interface Mark {
  readonly at: number;
  readonly hex: string;
}

const ISO_MEDIA = [{ at: 4, hex: '66747970' }];
const MATROSKA = [{ at: 0, hex: '1a45dfa3' }];
const OLE = [{ at: 0, hex: 'd0cf11e0a1b11ae1' }];
const ZIP = [{ at: 0, hex: '504b0304' }];
const OGG = [{ at: 0, hex: '4f676753' }];

/**
 * The marks with which the files of a format begin; any one of them suffices. Formats without a mark,
 * such as plain text, are not in the list.
 */
const MARKS: Readonly<Record<string, readonly Mark[]>> = {
  gif: [{ at: 0, hex: '47494638' }],
  jpeg: [{ at: 0, hex: 'ffd8ff' }],
  png: [{ at: 0, hex: '89504e470d0a1a0a' }],
  webp: [{ at: 8, hex: '57454250' }],
  pdf: [{ at: 0, hex: '25504446' }],
  doc: OLE,
  xls: OLE,
  docx: ZIP,
  xlsx: ZIP,
  flv: [{ at: 0, hex: '464c56' }],
  wmv: [{ at: 0, hex: '3026b275' }],
  mov: ISO_MEDIA,
  mp4: ISO_MEDIA,
  m4a: ISO_MEDIA,
  three_gp: ISO_MEDIA,
  mkv: MATROSKA,
  mka: MATROSKA,
  webm: MATROSKA,
  flac: [{ at: 0, hex: '664c6143' }],
  wav: [{ at: 8, hex: '57415645' }],
  ogg: OGG,
  opus: OGG,
};

/** The first bytes of a file that `hasMarkOf` needs to see. */
export const MARK_BYTES = 16;

/**
 * Returns false if a file certainly does not have the format.
 *
 * @param start the first `MARK_BYTES` bytes of the file, in hexadecimal digits
 */
export function hasMarkOf(format: string, start: string): boolean {
  const marks = Object.hasOwn(MARKS, format) ? MARKS[format] : undefined;
  return marks?.some(({ at, hex }) => start.startsWith(hex, 2 * at)) ?? true;
}
