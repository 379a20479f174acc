import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { LogFile, logFolder, logPathOf } from '../../../local/console/log-file.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'log-file-'));

test('keeps all lines in a file that only the user can read', () => {
  const file = new LogFile(join(newFolder(), 'functions.log'));

  file.add('{"message":"one"}');
  file.add('two');
  file.close();
  file.add('three');

  expect(readFileSync(file.path, 'utf8')).toBe('{"message":"one"}\ntwo\n');
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
});

test('keeps the latest lines in at most two files of the largest size', () => {
  const file = new LogFile(join(newFolder(), 'functions.log'), 10);

  for (const line of ['one', 'two', 'three', 'a line that is longer than a file', 'four', 'five'])
    file.add(line);
  file.close();

  expect(readFileSync(`${file.path}.1`, 'utf8')).toBe('a line that is longer than a file\n');
  expect(readFileSync(file.path, 'utf8')).toBe('four\nfive\n');
});

test('the folder is private, and another one is taken if others can write to it', () => {
  const temporary = newFolder();

  const folder = logFolder(temporary);
  expect(logFolder(temporary)).toBe(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);

  chmodSync(folder, 0o777);
  const other = logFolder(temporary);
  expect(other).not.toBe(folder);
  expect(statSync(other).mode & 0o777).toBe(0o700);
});

test('removes the logs of runs that have ended, and no other file', () => {
  const folder = newFolder();
  const ended = 2 ** 30;
  for (const name of [`functions-${ended}.log`, `functions-${ended}.log.1`]) {
    writeFileSync(join(folder, name), '');
  }
  writeFileSync(join(folder, `functions-${process.ppid}.log`), '');
  writeFileSync(join(folder, 'notes.txt'), '');

  const path = logPathOf(process.pid, folder);

  expect(path).toBe(join(folder, `functions-${process.pid}.log`));
  expect(readdirSync(folder).sort()).toEqual([`functions-${process.ppid}.log`, 'notes.txt']);
});
