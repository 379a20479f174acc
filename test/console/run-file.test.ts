import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  type RunFile,
  readRunFile,
  removeRunFile,
  runFolder,
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

const newFolder = () => mkdtempSync(join(tmpdir(), 'run-file-'));
/** Returns the only file in the folder. */
const fileIn = (folder: string) => join(folder, readdirSync(folder)[0] ?? '');

test('a run is found while its process lives', () => {
  const folder = newFolder();

  writeRunFile(run, folder);

  expect(readRunFile(folder)).toEqual(run);
});

test('only the user can read the file, and no draft of it stays', () => {
  const folder = newFolder();

  writeRunFile(run, folder);
  writeRunFile(run, folder);

  expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^holdfast-\w+-\d+\.json$/)]);
});

test('of several runs, the one that started last is found; after its end, the other', () => {
  const folder = newFolder();
  writeRunFile({ ...run, pid: process.ppid }, folder);
  utimesSync(fileIn(folder), 1, 1);

  writeRunFile(run, folder);
  expect(readRunFile(folder)?.pid).toBe(process.pid);

  removeRunFile(process.pid, folder);
  removeRunFile(process.pid, folder);
  expect(readRunFile(folder)?.pid).toBe(process.ppid);
});

test('a run whose process has ended is not found', () => {
  const folder = newFolder();

  // Linux allows 4,194,304 process ids at most.
  writeRunFile({ ...run, pid: 2 ** 30 }, folder);

  expect(readRunFile(folder)).toBeUndefined();
});

test('a file that others can read or replace is not trusted', () => {
  const [folder, other] = [newFolder(), newFolder()];
  writeRunFile(run, folder);
  const path = fileIn(folder);
  symlinkSync(path, join(other, basename(path)));

  expect(readRunFile(other)).toBeUndefined();
  chmodSync(path, 0o644);
  expect(readRunFile(folder)).toBeUndefined();
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
  const folder = newFolder();
  writeRunFile(run, folder);
  writeFileSync(fileIn(folder), content);

  expect(readRunFile(folder)).toBeUndefined();
});

test('files with other names, and a folder that is absent, are ignored', () => {
  const folder = newFolder();
  writeRunFile(run, folder);
  renameSync(fileIn(folder), join(folder, 'holdfast-x.json'));

  expect(readRunFile(folder)).toBeUndefined();
  expect(readRunFile(join(folder, 'absent'))).toBeUndefined();
});

test('the files are in the folder of the session or, without one, in the temporary folder', () => {
  expect(runFolder({ XDG_RUNTIME_DIR: '/run/user/7' })).toBe('/run/user/7');
  expect(runFolder({})).toBe(tmpdir());
});
