import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, test } from '@jest/globals';
import { readLines } from '../../../local/lambda/read-lines.ts';

test('only a line feed ends a line', async () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  readLines(stream, (line) => lines.push(line));

  const bytes = Buffer.from('one\u2028still one\rand one\n\ntwo é');
  // The last character arrives in two parts.
  stream.write(bytes.subarray(0, -1));
  stream.end(bytes.subarray(-1));
  await finished(stream);

  expect(lines).toEqual(['one\u2028still one\rand one', '', 'two é']);
});
