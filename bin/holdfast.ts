#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../console/server/clock.ts';

// The cache halves the start. Node 20 has none.
enableCompileCache?.();
const [{ runCli }, { readRunFile, runFolder }] = await Promise.all([
  import('../cli/program.ts'),
  import('../console/server/run-file.ts'),
]);

/** A sleep keeps the process alive. */
const clock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

// A reader such as `head` may close the pipe before all is written.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? 0 : 1);
});

const exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  fetch,
  clock,
  signal: interrupted.signal,
  runFolder: runFolder(),
  findRun: () => readRunFile(),
});
// `exit` ends requests that still wait for a response.
process.stdout.write('', () => process.exit(exitCode));
