import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Emulator } from './emulator.ts';

const HOLDFAST = fileURLToPath(new URL('../../bin/holdfast.ts', import.meta.url));
const run = promisify(execFile);

/**
 * Runs the commands with `--stack`: the stack's outputs and key are found, and the requests of operators
 * are signed. `url` is the API's address in the emulator, which the outputs do not have.
 */
export async function commandLineFindsStack(
  env: Emulator['env'],
  url: string,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const json = async (...args: readonly string[]) => {
    const options = [...args, '--stack', 'Holdfast', '--url', url, '--json'];
    const { stdout } = await run(process.execPath, [HOLDFAST, ...options], { env, signal });
    return JSON.parse(stdout);
  };
  const job = await json('submit', 'Why do ships have anchors?', '--wait');
  assert.equal(job.status, 'SUCCEEDED');
  assert.deepEqual((await json('list')).jobs[0].jobId, job.jobId);

  // The key of a target has characters that are encoded in the path, which is signed encoded once more.
  const override = ['force-open', '--reason', 'drill', '--for', '1m'];
  assert.equal((await json('override', 'target', target, ...override)).mode, 'force-open');
  assert.equal((await json('circuits', '--as-operator')).overrides[0].key, target);
  assert.equal((await json('lift', 'target', target)).mode, 'force-open');
  assert.equal((await json('list', '--all')).jobs[0].jobId, job.jobId);
  assert.equal((await json('redrive', '--dry-run')).dryRun, true);

  const seconds = await json('settings', 'get', 'refreshSeconds');
  const edited = await json('settings', 'set', `refreshSeconds=${seconds - 1}`);
  assert.deepEqual(edited.changes, [{ path: 'refreshSeconds', from: seconds, to: seconds - 1 }]);
  assert.equal(await json('settings', 'get', 'refreshSeconds'), seconds - 1);
}
