import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Concurrency } from '../../../local/lambda/concurrency.ts';
import { type FunctionOptions, LambdaFunction } from '../../../local/lambda/function.ts';
import { CORES } from '../../../local/lambda/scale-out.ts';
import { aTemporaryDir } from '../support/temporary-dir.ts';
import { until } from '../support/until.ts';

const started: LambdaFunction[] = [];
afterEach(() => {
  for (const each of started.splice(0)) each.stop();
});

/** Creates a function with this code as its bundle. */
function aFunction(
  code: string,
  options: Partial<FunctionOptions> = {},
  scaleOut?: (callback: () => void) => () => void,
) {
  const codeDir = aTemporaryDir();
  writeFileSync(join(codeDir, 'index.mjs'), code);
  const lines: string[] = [];
  const configuration = {
    name: 'Tested',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:Tested',
    codeDir,
    handler: 'index.handler',
    timeoutMs: 5000,
    memoryMb: 128,
    environment: {},
    onLog: (line: string) => lines.push(line),
    ...options,
  };
  const created = new LambdaFunction(configuration, scaleOut);
  started.push(created);
  const invoke = async (event: unknown = {}) => {
    const result = await created.invoke(JSON.stringify(event));
    return result.outcome === 'throttled'
      ? { outcome: result.outcome, payload: undefined }
      : { outcome: result.outcome, payload: JSON.parse(result.payload) };
  };
  return { created, invoke, lines };
}

const HANGS = 'export const handler = () => new Promise(() => setInterval(() => {}, 1000));';

describe('an invocation', () => {
  test('receives its event and context, and returns the value of the handler', async () => {
    const { invoke } = aFunction(`export const handler = async (event, context) =>
      ({ event, left: context.getRemainingTimeInMillis(), arn: context.invokedFunctionArn, id: context.awsRequestId });`);

    const { outcome, payload } = await invoke({ text: 'ünïcode' });

    expect(outcome).toBe('returned');
    expect(payload).toMatchObject({
      event: { text: 'ünïcode' },
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:Tested',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(payload.left).toBeGreaterThan(4000);
    expect(payload.left).toBeLessThanOrEqual(5000);
  });

  test('reuses the warm sandbox of the previous one', async () => {
    const { invoke, created } = aFunction('let calls = 0; export const handler = () => ++calls;');

    expect([await invoke(), await invoke()].map(({ payload }) => payload)).toEqual([1, 2]);
    expect(created.sandboxes).toHaveLength(1);
  });

  test('fails with the name and the message of the error that the handler throws', async () => {
    const { invoke } = aFunction(`export const handler = () => { throw new RangeError('no'); };`);

    expect(await invoke()).toMatchObject({
      outcome: 'failed',
      payload: { errorType: 'RangeError', errorMessage: 'no' },
    });
  });
});

describe('a function that', () => {
  test('loads slowly may also use the timeout of its first invocation', async () => {
    const slow = 'await new Promise((resolve) => setTimeout(resolve, 300));';
    const { invoke } = aFunction(`${slow} export const handler = () => 'well';`, {
      initTimeoutMs: 1,
    });

    expect(await invoke()).toMatchObject({ outcome: 'returned', payload: 'well' });
  });

  test('never loads fails after its load time and its timeout', async () => {
    const never = 'await new Promise(() => setInterval(() => {}, 1000));';
    const { invoke } = aFunction(`${never} export const handler = () => 'well';`, {
      initTimeoutMs: 50,
      timeoutMs: 100,
    });

    expect(await invoke()).toMatchObject({
      outcome: 'failed',
      payload: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/0\.15 seconds$/),
      },
    });
  });

  test('exceeds its timeout is killed, and the next invocation starts a new sandbox', async () => {
    const { invoke, created } = aFunction(
      `export const handler = ({ hang }) => { if (hang) for (;;) {} return 'well'; };`,
      { timeoutMs: 200 },
    );

    expect(await invoke({ hang: true })).toMatchObject({
      outcome: 'failed',
      payload: { errorMessage: expect.stringContaining('Task timed out after 0.20 seconds') },
    });
    expect(created.sandboxes).toEqual([]);
    expect(await invoke({})).toEqual({ outcome: 'returned', payload: 'well' });
  });

  test('exits fails its invocation', async () => {
    const { invoke } = aFunction('export const handler = () => process.exit(3);');

    expect(await invoke()).toMatchObject({
      outcome: 'failed',
      payload: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringContaining('Runtime exited with status 3'),
      },
    });
  });

  test('exceeds its memory is killed', async () => {
    const { invoke } = aFunction(
      'const kept = []; export const handler = () => { for (;;) kept.push(new Array(1e5).fill(0.5)); };',
      { memoryMb: 64 },
    );

    expect(await invoke()).toMatchObject({
      outcome: 'failed',
      payload: { errorType: 'Runtime.ExitError' },
    });
  });

  test('cannot load fails with the error of the load', async () => {
    const { invoke } = aFunction(`throw new Error('variable X is not set');`);

    expect(await invoke()).toMatchObject({
      outcome: 'failed',
      payload: { errorMessage: 'variable X is not set' },
    });
  });

  test('lacks its handler fails with Runtime.HandlerNotFound', async () => {
    const { invoke } = aFunction('export const other = 1;');

    expect(await invoke()).toMatchObject({
      outcome: 'failed',
      payload: { errorType: 'Runtime.HandlerNotFound' },
    });
  });

  test('returns more than 6 MB fails', async () => {
    const { invoke } = aFunction(`export const handler = () => 'x'.repeat(6 * 1024 * 1024);`);

    expect(await invoke()).toMatchObject({
      outcome: 'failed',
      payload: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });

  test('is killed fails its invocation, and runs the next one in another sandbox', async () => {
    const { invoke, created, lines } = aFunction(
      `export const handler = ({ hang }) => { console.log('began'); return hang ? new Promise(() => setInterval(() => {}, 1000)) : 'well'; };`,
    );
    const killed = invoke({ hang: true });
    await until(() => lines.length > 0);

    expect(created.killOne()).toBe(true);

    expect(await killed).toMatchObject({ payload: { errorType: 'Runtime.ExitError' } });
    expect(await invoke({})).toEqual({ outcome: 'returned', payload: 'well' });
  });
});

test('a function does not see the environment of the main process', async () => {
  process.env.HOLDFAST_TEST_SECRET = 'secret';
  const { invoke } = aFunction('export const handler = () => process.env;', {
    environment: { JOBS_TABLE: 'jobs' },
  });

  const { payload } = await invoke();

  expect(payload).toMatchObject({
    JOBS_TABLE: 'jobs',
    AWS_LAMBDA_FUNCTION_NAME: 'Tested',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    TZ: ':UTC',
  });
  expect(payload).not.toHaveProperty('HOLDFAST_TEST_SECRET');
  expect(payload).not.toHaveProperty('PATH');
});

test('the output of a function arrives line by line', async () => {
  const { invoke, lines } = aFunction(
    `export const handler = () => { process.stdout.write('one\\ntw'); process.stdout.write('o\\n'); };`,
  );

  await invoke();
  await until(() => lines.length === 2);

  expect(lines).toEqual(['one', 'two']);
});

test('an invocation beyond the concurrency is throttled', async () => {
  const { invoke } = aFunction(HANGS, { concurrency: new Concurrency(1) });
  void invoke();

  expect(await invoke()).toEqual({ outcome: 'throttled', payload: undefined });
});

test('concurrent invocations run in different sandboxes', async () => {
  const { invoke, created } = aFunction('export const handler = () => process.pid;');

  const [first, second] = await Promise.all([invoke(), invoke()]);

  expect(first.payload).not.toBe(second.payload);
  expect(created.invocations).toBe(2);
});

test('each waiting invocation gets a sandbox after one wait, in whichever order the waits end', async () => {
  const waits: { readonly end: () => void; cancelled: boolean }[] = [];
  const { invoke, created } = aFunction(
    `export const handler = ({ hang }) => hang ? new Promise(() => setInterval(() => {}, 1000)) : 'well';`,
    {},
    (end) => {
      const wait = { end, cancelled: false };
      waits.push(wait);
      return () => {
        wait.cancelled = true;
      };
    },
  );
  for (let i = 0; i < CORES; i++) void invoke({ hang: true });
  void invoke({ hang: true });
  const last = invoke();

  for (const { cancelled, end } of waits.toReversed()) if (!cancelled) end();

  expect(await last).toEqual({ outcome: 'returned', payload: 'well' });
  expect(created.sandboxes).toHaveLength(CORES + 2);
});

test('a stop ends every sandbox and every invocation', async () => {
  const { invoke, created } = aFunction(HANGS);
  const running = invoke();

  created.stop();

  expect((await running).outcome).toBe('failed');
  expect(created.sandboxes).toEqual([]);
  expect(await invoke()).toMatchObject({ outcome: 'throttled' });
});
