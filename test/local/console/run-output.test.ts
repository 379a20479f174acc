import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { LogFile } from '../../../local/console/log-file.ts';
import { parseLogLine } from '../../../local/console/log-record.ts';
import { clockTime, RunOutput, type RunOutputOptions } from '../../../local/console/run-output.ts';
import { someSettings } from '../../support/settings.ts';

const WARNING = '{"level":"WARN","message":"lease not renewed\u009b2K\u2028"}';
const CRASH = 'FATAL ERROR: \u001b[2K heap limit';

beforeEach(() => {
  jest.useFakeTimers({ now: 1_795_881_900_000 });
});
afterEach(() => {
  jest.useRealTimers();
});

/**
 * Returns what is printed for two lines of functions.
 *
 * @param environment that of a terminal; undefined if stdout is none
 */
async function printed(
  options: Partial<RunOutputOptions>,
  environment?: NodeJS.ProcessEnv,
): Promise<string> {
  const terminal = {
    isTTY: environment !== undefined,
    getColorDepth: () => WriteStream.prototype.getColorDepth(environment),
  };
  const stdout = Object.assign(new PassThrough(), terminal) as unknown as NodeJS.WriteStream;
  const output = new RunOutput({ log: 'events', settings: someSettings(), stdout, ...options });
  for (const line of [WARNING, CRASH]) output.add('Worker', line, parseLogLine(line));
  output.begin();
  await jest.advanceTimersByTimeAsync(1_000);
  output.stop();
  return String(stdout.read() ?? '');
}

test('prints readable lines without control characters, and without colours if no terminal reads them', async () => {
  const time = clockTime(1_795_881_900_250);

  expect(await printed({})).toBe(
    `${time}  [Worker] lease not renewed\\u009b2K\\u2028\n${time}  [Worker] FATAL ERROR: \\u001b[2K heap limit\n`,
  );
});

test('colours lines for a terminal, but not with NO_COLOR', async () => {
  const terminal = { TERM: 'xterm-256color' };

  const [yellow = '', red = ''] = (await printed({}, terminal)).split('\n');
  expect([yellow.slice(0, 5), red.slice(0, 5)]).toEqual(['\u001b[33m', '\u001b[31m']);
  expect(await printed({}, { ...terminal, NO_COLOR: '1' })).not.toContain('\u001b');
});

test('prints the lines of the functions with `json`, each still the same JSON', async () => {
  const [json = '', text] = (await printed({ log: 'json' })).split('\n');

  expect(JSON.parse(json)).toEqual(JSON.parse(WARNING));
  expect(text).toBe('FATAL ERROR: \\u001b[2K heap limit');
});

test.each(['events', 'json'] as const)(
  'keeps the unchanged lines in its file with `%s`',
  async (log) => {
    const file = new LogFile(join(mkdtempSync(join(tmpdir(), 'run-output-')), 'functions.log'));

    await printed({ log, file });

    expect(readFileSync(file.path, 'utf8')).toBe(`${WARNING}\n${CRASH}\n`);
  },
);

test('goes on without its file if that cannot be written, and says so once', async () => {
  const file = new LogFile(join(mkdtempSync(join(tmpdir(), 'run-output-')), 'functions.log'));
  file.add = () => {
    throw new Error('ENOSPC: no space left on device');
  };
  const error = jest.spyOn(console, 'error').mockReturnValue();

  expect(await printed({ file })).toContain('heap limit');

  expect(error.mock.calls).toEqual([[expect.stringMatching(/^WARNING: .*ENOSPC/)]]);
  error.mockRestore();
});

test('a time has its date if it is more than half a day away', () => {
  const now = new Date(2026, 10, 28, 9, 5, 7).getTime();

  expect(clockTime(now, now)).toBe('09:05:07');
  expect(clockTime(now + 11 * 3_600_000, now)).toBe('20:05:07');
  expect(clockTime(now + 24 * 3_600_000, now)).toBe('2026-11-29 09:05:07');
});
