import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type FakeBedrock, startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';

const COMMAND = fileURLToPath(new URL('../../bin/holdfast.ts', import.meta.url));

describe('holdfast doctor', () => {
  let bedrock: FakeBedrock;
  beforeAll(async () => {
    bedrock = await startFakeBedrock();
  });
  afterEach(() => bedrock.clearFaults());
  afterAll(() => bedrock.stop());

  test('ends with 0 when every model of the chain answers', async () => {
    const { exitCode, output } = await run(['doctor']);
    expect(output).toContain('✓ ok   model: ');
    expect(output).not.toContain('BAD');
    expect(exitCode).toBe(0);
  });

  test('ends with 1 and says the fix when one model is denied, also as JSON', async () => {
    bedrock.setFault({ fault: 'access-denied', model: '*haiku*', region: 'us-west-2' });
    const { exitCode, output } = await run(['doctor', '--json']);
    const { healthy, findings } = JSON.parse(output);
    const bad = findings.filter((each: { readonly level: string }) => each.level === 'bad');
    expect(healthy).toBe(false);
    expect(bad).toHaveLength(1);
    expect(bad[0]).toMatchObject({ check: 'model', found: 'AccessDeniedException (config)' });
    expect(exitCode).toBe(1);
  });

  test('ends with 2 when the command line is not understood', async () => {
    expect((await run(['doctor', '--nonsense'])).exitCode).toBe(2);
    expect((await run([])).exitCode).toBe(2);
  });

  async function run(args: readonly string[]) {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.url,
        AWS_ENDPOINT_URL_BEDROCK: bedrock.url,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      },
    });
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { output: await text(child.stdout), exitCode: await exited };
  }
});
