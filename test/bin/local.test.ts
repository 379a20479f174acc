import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { COMPILE_CACHE } from '../../local/synthesize.ts';

const LOCAL = fileURLToPath(new URL('../../bin/local.ts', import.meta.url));

let started: ChildProcess | undefined;
/** Ends the process that a test started, even if the test timed out. */
afterEach(() => {
  started?.kill('SIGKILL');
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [LOCAL, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  started = child;
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { child, ended };
}

test('starts the whole stack, prints a curl command that works, and stops cleanly', async () => {
  const { child, ended } = start('--port', '0');
  let curl = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes(`-d '{"prompt"`)) continue;
    curl = line;
    break;
  }
  const [, url = '', body = ''] = /curl -s (\S+) .* -d '(.*)'$/.exec(curl) ?? [];

  const response = await fetch(url, { method: 'POST', headers: { 'x-api-key': 'local' }, body });
  child.kill('SIGINT');

  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ jobId: expect.any(String) });
  expect(await ended).toBe(0);
}, 30_000);

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
