import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readScenario } from '../../../local/bedrock/parse-fault-rules.ts';

test('reads a scenario as a list of rules', () => {
  const rule = { fault: 'unavailable', region: 'us-east-1', atSeconds: 30, forSeconds: 60 };

  expect(readScenario(aFile(JSON.stringify([rule])))).toEqual([rule]);
});

test.each([
  ['[', /JSON/],
  ['[{"fault":"melted"}]', /fault.*melted/],
  [
    '[{"fault":"hang","atSecond":1}]',
    /\[0\]\.atSecond: got 1, no such field in this rule, allowed are fault, /,
  ],
])('%s is refused with the file and the reason', (text, message) => {
  const path = aFile(text);

  expect(() => readScenario(path)).toThrow(message);
  expect(() => readScenario(path)).toThrow(path);
});

test('names a file that does not exist', () => {
  expect(() => readScenario('/none/such.json')).toThrow(/such.json/);
});

function aFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'scenario-')), 'scenario.json');
  writeFileSync(path, text);
  return path;
}
