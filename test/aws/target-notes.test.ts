import { expect, test } from '@jest/globals';
import { parseNote } from '../../lambda/aws/target-notes.ts';

test('a note is a map as JSON', () => {
  expect(parseNote('{"us-east-1/a":1}')).toEqual({ 'us-east-1/a': 1 });
});

test.each([undefined, '', 'x', 'null', '5', '"a"', 'true', '[]'])('%j is no note', (json) => {
  expect(parseNote(json)).toBeUndefined();
});
