import { chmodSync, mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  type RunFile,
  readRunFile,
  removeRunFile,
  runFilePath,
  writeRunFile,
} from '../../console/server/run-file.ts';

const run: RunFile = {
  pid: process.pid,
  url: 'http://127.0.0.1:8787/v1',
  apiKeys: [{ id: 'Holdfast-Key', value: 'local' }],
  awsUrl: 'http://127.0.0.1:8789',
  bedrockUrl: 'http://127.0.0.1:8788',
  region: 'us-east-1',
  operator: { accessKeyId: 'local', secretAccessKey: 'local' },
  settingsParameter: 'Holdfast-SettingsParameter',
};

const folder = () => mkdtempSync(join(tmpdir(), 'run-file-'));

test('a run is found while its process lives', () => {
  const path = join(folder(), 'run.json');

  writeRunFile(run, path);

  expect(readRunFile(path)).toEqual(run);
});

test('only the user can read the file, and no draft of it stays', () => {
  const dir = folder();
  const path = join(dir, 'run.json');

  writeRunFile(run, path);
  writeRunFile(run, path);

  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['run.json']);
});

test('a run whose process has ended is not found', () => {
  const path = join(folder(), 'run.json');

  // Linux allows 4,194,304 process ids at most.
  writeRunFile({ ...run, pid: 2 ** 30 }, path);

  expect(readRunFile(path)).toBeUndefined();
});

test('a file that others can read or replace is not trusted', () => {
  const dir = folder();
  const path = join(dir, 'run.json');
  writeRunFile(run, path);
  symlinkSync(path, join(dir, 'link.json'));

  expect(readRunFile(join(dir, 'link.json'))).toBeUndefined();
  chmodSync(path, 0o644);
  expect(readRunFile(path)).toBeUndefined();
});

test.each([
  '',
  'not JSON',
  'null',
  '{}',
  JSON.stringify({ ...run, url: 7 }),
  JSON.stringify({ ...run, pid: '1' }),
  JSON.stringify({ ...run, apiKeys: ['local'] }),
  JSON.stringify({ ...run, operator: null }),
  JSON.stringify({ ...run, more: 'x'.repeat(65_536) }),
])('a file with other content is ignored: case %#', (content) => {
  const path = join(folder(), 'run.json');
  writeFileSync(path, content, { mode: 0o600 });

  expect(readRunFile(path)).toBeUndefined();
});

test('a run removes its own file, but not that of a later run', () => {
  const path = join(folder(), 'run.json');
  writeRunFile({ ...run, pid: process.ppid }, path);

  removeRunFile(process.pid, path);
  expect(readRunFile(path)?.pid).toBe(process.ppid);

  writeRunFile(run, path);
  removeRunFile(process.pid, path);
  expect(readRunFile(path)).toBeUndefined();
  removeRunFile(process.pid, path);
});

test('the file is in the folder of the session or, without one, in the temporary folder', () => {
  const name = expect.stringMatching(/holdfast-\w+\.json$/);

  expect(runFilePath({ XDG_RUNTIME_DIR: '/run/user/7' })).toEqual(
    expect.stringMatching(/^\/run\/user\/7\/holdfast-\w+\.json$/),
  );
  expect(runFilePath({})).toEqual(name);
  expect(runFilePath({}).startsWith(tmpdir())).toBe(true);
});
