import { MEDIA_KINDS, type MediaKind } from './media.ts';

/** The media types of uploads, with the formats that a block may give to a file of the type. */
const FORMATS: Readonly<Record<MediaKind, Readonly<Record<string, readonly string[]>>>> = {
  image: {
    'image/gif': ['gif'],
    'image/jpeg': ['jpeg'],
    'image/png': ['png'],
    'image/webp': ['webp'],
  },
  document: {
    'application/msword': ['doc'],
    'application/pdf': ['pdf'],
    'application/vnd.ms-excel': ['xls'],
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
    'text/csv': ['csv'],
    'text/html': ['html'],
    'text/markdown': ['md'],
    'text/plain': ['txt'],
  },
  video: {
    'video/3gpp': ['three_gp'],
    'video/mp4': ['mp4'],
    'video/mpeg': ['mpeg', 'mpg'],
    'video/quicktime': ['mov'],
    'video/webm': ['webm'],
    'video/x-flv': ['flv'],
    'video/x-matroska': ['mkv'],
    'video/x-ms-wmv': ['wmv'],
  },
  audio: {
    'audio/aac': ['aac', 'x-aac'],
    'audio/flac': ['flac'],
    'audio/mp4': ['m4a', 'mp4'],
    'audio/mpeg': ['mp3', 'mpeg', 'mpga'],
    'audio/ogg': ['ogg', 'opus'],
    'audio/pcm': ['pcm'],
    'audio/wav': ['wav'],
    'audio/webm': ['webm'],
    'audio/x-matroska': ['mka', 'mkv'],
  },
};

const KIND_OF: ReadonlyMap<string, MediaKind> = new Map(
  MEDIA_KINDS.flatMap((kind) => Object.keys(FORMATS[kind]).map((type) => [type, kind] as const)),
);

export const MEDIA_TYPES: readonly string[] = [...KIND_OF.keys()];

/** Returns undefined for a type that no content block takes. */
export function kindOfType(contentType: string): MediaKind | undefined {
  return KIND_OF.get(contentType);
}

/**
 * Returns the types of the files that a block may refer to: those of its format, or all of its kind if
 * it names no format.
 */
export function typesOf(kind: MediaKind, format?: string): readonly string[] {
  return Object.entries(FORMATS[kind])
    .filter(([, formats]) => format === undefined || formats.includes(format))
    .map(([type]) => type);
}
