/** The shapes of the content blocks that carry files and search results. */
import { list, oneOf, structure, union } from './shape.ts';

const s3Location = structure('S3Location', { 'uri!': 'text', bucketOwner: 'text' });
const file = { bytes: 'bytes', s3Location } as const;
const error = structure('ErrorBlock', { message: 'text' });
export const textOnly = (name: string) => union(name, { text: 'text' });

export const image = structure('ImageBlock', {
  'format!': oneOf('png', 'jpeg', 'gif', 'webp'),
  'source!': union('ImageSource', file),
  error,
});
export const video = structure('VideoBlock', {
  'format!': oneOf('mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', 'three_gp'),
  'source!': union('VideoSource', file),
});
export const audio = structure('AudioBlock', {
  'format!': oneOf(
    ...['mp3', 'opus', 'wav', 'aac', 'flac', 'mp4', 'ogg', 'mkv', 'mka', 'x-aac', 'm4a'],
    ...['mpeg', 'mpga', 'pcm', 'webm'],
  ),
  'source!': union('AudioSource', file),
  error,
});
const citations = structure('CitationsConfig', { 'enabled!': 'boolean' });
export const document = structure('DocumentBlock', {
  'name!': 'text',
  'source!': union('DocumentSource', {
    ...file,
    text: 'text',
    content: list(textOnly('DocumentContentBlock')),
  }),
  format: oneOf('pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'),
  context: 'text',
  citations,
});
export const searchResult = structure('SearchResultBlock', {
  'source!': 'text',
  'title!': 'text',
  'content!': list(structure('SearchResultContentBlock', { 'text!': 'text' })),
  citations,
});
