import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readScenario } from '../../../local/bedrock/scenario-file.ts';

test('a scenario is a list of faults by the clock', () => {
  const rule = { fault: 'unavailable', region: 'us-east-1', atSeconds: 30, forSeconds: 60 };

  expect(readScenario(aFile(JSON.stringify([rule])))).toEqual([rule]);
});

test.each([
  ['[', /JSON/],
  ['[{"fault":"melted"}]', /fault.*melted/],
  ['[{"fault":"hang","atSecond":1}]', /atSecond: no such field/],
])('%s is refused with the file and what is wrong', (text, message) => {
  const path = aFile(text);

  expect(() => readScenario(path)).toThrow(message);
  expect(() => readScenario(path)).toThrow(path);
});

test('a file that is not there is refused by name', () => {
  expect(() => readScenario('/none/such.json')).toThrow(/such.json/);
});

function aFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'scenario-')), 'scenario.json');
  writeFileSync(path, text);
  return path;
}
