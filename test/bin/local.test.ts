import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { readRunFile } from '../../console/server/run-file.ts';
import { COMPILE_CACHE } from '../../local/synthesize.ts';

const LOCAL = fileURLToPath(new URL('../../bin/local.ts', import.meta.url));

/** The folder of the files by which commands find a run. */
const SESSION = mkdtempSync(join(tmpdir(), 'session-'));

let started: ChildProcess | undefined;
/** Ends the process that a test started, even if the test timed out. */
afterEach(() => {
  started?.kill('SIGKILL');
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [LOCAL, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, XDG_RUNTIME_DIR: SESSION },
  });
  started = child;
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { child, ended };
}

test('starts the whole stack, prints where it is and what to type, and stops cleanly', async () => {
  const { child, ended } = start('--port', '0');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Ctrl-C')) break;
  }
  const curl = lines.find((line) => line.includes('curl')) ?? '';
  const [, url = '', body = ''] = /curl -s (\S+) .* -d '(.*)'$/.exec(curl) ?? [];
  const [, page = ''] = /Look {4}(\S+)$/m.exec(lines.join('\n')) ?? [];

  const response = await fetch(url, { method: 'POST', headers: { 'x-api-key': 'local' }, body });
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ jobId: expect.any(String) });
  expect(readRunFile(SESSION)).toMatchObject({ pid: child.pid, url: url.replace('/jobs', '') });

  // Neither traffic nor an open page delays the end.
  const traffic = await fetch(`${page}console/traffic`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"jobsPerSecond":5}',
  });
  expect(traffic.status).toBe(200);
  const stream = await fetch(`${page}console/stream`);
  child.kill('SIGINT');

  expect(await ended).toBe(0);
  await expect(stream.text()).rejects.toThrow();
  expect(readdirSync(SESSION)).toEqual([]);
}, 60_000);

test.each([
  [['--foo'], 2, /^Unknown option '--foo'; --help lists the options\n$/],
  [['--config', 'absent.json'], 1, /^absent\.json is not usable:\n {2}no such file\n$/],
])('%j ends with a plain message', async (args, status, message) => {
  const { child, ended } = start(...args);

  const output = await text(child.stderr);

  expect(output).toMatch(message);
  expect(await ended).toBe(status);
});

test('--help lists the options', async () => {
  const { child, ended } = start('--help');

  expect(await text(child.stdout)).toContain('--bedrock-endpoint URL');
  expect(await ended).toBe(0);
});
