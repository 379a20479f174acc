import { describe, expect, test } from '@jest/globals';
import { EXIT } from '../../cli/exit-codes.ts';
import { failureOf } from '../../cli/failure.ts';
import { WaitTimeout } from '../../client/client.ts';
import '../support/errors-of-one-realm.ts';
import { answering, holdfast, json, RUN } from './fake-world.ts';

const JOB = '0123456789abcdef0123456789abcdef';
const ESCAPE = '\u001b';
const job = { jobId: JOB, status: 'SUCCEEDED', chain: 'default', createdAt: 'now', attempts: [] };
const evil = {
  ...job,
  result: { text: `An${ESCAPE}[31m answer${ESCAPE}]52;c;aGk=\u0007\nof two lines\u009b2J` },
};

describe('the output', () => {
  test('has only the answer on stdout, without escapes, and the end on stderr', async () => {
    const { fetch } = answering(json(evil));

    const { exit, stdout, stderr } = await holdfast(['wait', JOB], { run: RUN, fetch });

    expect(stdout).toBe('An answer\nof two lines\n');
    expect(stderr).toMatch(
      /ended SUCCEEDED\. Next: holdfast get 0123456789abcdef0123456789abcdef\n$/,
    );
    expect(exit).toBe(EXIT.ok);
  });

  test('as JSON escapes what a terminal would obey, and changes no value', async () => {
    const { fetch } = answering(json(evil));

    const { stdout } = await holdfast(['get', JOB, '--json'], { run: RUN, fetch });

    expect(stdout.split('\n').filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
    expect(JSON.parse(stdout)).toEqual(evil);
  });

  test('has colours only in a terminal, and none with NO_COLOR, TERM=dumb or --no-color', async () => {
    const { fetch } = answering(json(job));
    const of = async (args: readonly string[], env = {}, isTTY = true) =>
      (await holdfast(['get', JOB, ...args], { run: RUN, fetch, env, isTTY })).stdout;

    expect(await of([])).toContain(ESCAPE);
    expect(await of(['--no-color'])).not.toContain(ESCAPE);
    expect(await of([], { NO_COLOR: '1' })).not.toContain(ESCAPE);
    expect(await of([], { TERM: 'dumb' })).not.toContain(ESCAPE);
    expect(await of([], {}, false)).not.toContain(ESCAPE);
  });

  test('fails with 1 and the reason if the job ended without an answer', async () => {
    const error = { type: 'x', title: 'No time was left' };
    const { fetch } = answering(json({ ...job, status: 'EXPIRED', error }));

    const { exit, stderr } = await holdfast(['wait', JOB], { run: RUN, fetch });

    expect(stderr).toContain(`ended EXPIRED: No time was left. Next:`);
    expect(exit).toBe(EXIT.failed);
  });

  test('says how to go on if the job has not ended in time', () => {
    expect(failureOf(new WaitTimeout(JOB))).toEqual({
      exit: EXIT.pending,
      lines: [`The job ${JOB} has not ended yet. It goes on. Next: holdfast wait ${JOB}`],
    });
  });

  test('of Ctrl-C during a wait says that the job goes on, with exit 130', async () => {
    const interrupted = new AbortController();
    const fetch = () => {
      interrupted.abort();
      return new Promise<Response>(() => undefined);
    };

    const { exit, stdout, stderr } = await holdfast(['wait', JOB], {
      run: RUN,
      fetch,
      signal: interrupted.signal,
    });

    expect(stderr).toBe(`Interrupted. The job ${JOB} goes on. Next: holdfast wait ${JOB}\n`);
    expect(stdout).toBe('');
    expect(exit).toBe(EXIT.interrupted);
  });
});

describe('submit', () => {
  test('sends the file’s body with the options in it, and the idempotency key', async () => {
    const api = answering(json({ jobId: JOB, status: 'QUEUED' }, 202));
    const options = '--chain fast --when-open queue --deadline 10m --idempotency-key order-1';

    const { stdout, stderr } = await holdfast(['submit', '-f', '-', ...options.split(' ')], {
      run: RUN,
      fetch: api.fetch,
      input: '{"prompt":"hi","chain":"slow"}',
    });

    const [request] = api.requests;
    expect(JSON.parse(String(request?.body))).toEqual({
      prompt: 'hi',
      chain: 'fast',
      whenOpen: 'queue',
      deadlineSeconds: 600,
    });
    expect(request?.headers.get('idempotency-key')).toBe('order-1');
    expect(stdout).toBe(`${JOB}\n`);
    expect(stderr).toBe(`Submitted the job ${JOB}. Next: holdfast wait ${JOB}\n`);
  });
});

describe('redrive', () => {
  const report = { moved: 3, skipped: 0, held: 0, unreadable: 0, left: 3, dryRun: true };
  const done = { ...report, moved: 0, left: 0, dryRun: false };

  test('asks on a terminal, and moves nothing without a yes', async () => {
    const api = answering(json(report));
    const surroundings = { run: RUN, fetch: api.fetch, isTTY: true, input: 'n\n' };

    const { exit, stderr } = await holdfast(['redrive'], surroundings);

    expect(stderr).toContain('Move 3 of about 3 dead letters back into the queue? [y/N] ');
    expect(stderr).toMatch(/Nothing was moved\.\n$/);
    expect(api.requests).toHaveLength(1);
    expect(exit).toBe(EXIT.rejected);
  });

  test('moves after a yes, and rewrites one line of progress', async () => {
    const api = answering(json(report), json({ ...report, dryRun: false }), json(done));
    const surroundings = { run: RUN, fetch: api.fetch, isTTY: true, input: 'y\n' };

    const { exit, stdout, stderr } = await holdfast(['redrive'], surroundings);

    expect(stderr).toContain(`\r3 jobs moved, about 3 dead letters left${ESCAPE}[K`);
    expect(stderr).toMatch(/Moved 3 jobs\. Next: .*\n$/);
    expect(stdout).toBe('moved 3, skipped 0, held 0, unreadable 0, left about 0\n');
    expect(exit).toBe(EXIT.ok);
  });

  test('shows plain lines of progress without a terminal', async () => {
    const api = answering(json({ ...report, dryRun: false }), json(done));

    const { stderr } = await holdfast(['redrive', '--yes'], { run: RUN, fetch: api.fetch });

    expect(stderr).not.toContain(ESCAPE);
    expect(stderr).toMatch(/^3 jobs moved, about 3 dead letters left$/m);
  });
});

describe('circuits --watch', () => {
  const target = { target: 'us-east-1/m', health: 'healthy', circuit: 'CLOSED', admits: 'all' };
  const health = (changes: object) =>
    json({ chains: [], settings: { status: 'in-force' }, targets: [{ ...target, ...changes }] });
  const open = { health: 'unhealthy', circuit: 'OPEN', admits: 'none', cause: 'capacity' };

  test.each([
    [false, 2],
    [true, 3],
  ])('with a terminal: %j; it ends with 130', async (isTTY, shown) => {
    const { fetch } = answering(health({}), health({}), health(open));
    const interrupted = new AbortController();
    let reads = 0;
    const clock = {
      now: () => 0,
      sleep: async (ms: number, signal?: AbortSignal) => {
        if (ms !== 5000) return new Promise<void>(() => undefined);
        reads += 1;
        if (reads === 3) interrupted.abort();
        signal?.throwIfAborted();
      },
    };

    const { exit, stdout } = await holdfast(['circuits', '--watch', '--every', '5s'], {
      run: RUN,
      fetch,
      isTTY,
      clock,
      signal: interrupted.signal,
    });

    expect(stdout.match(/us-east-1\/m/g)).toHaveLength(shown);
    expect(stdout).toContain('circuit OPEN, admits none, because of capacity');
    expect(stdout.includes(`${ESCAPE}[2A${ESCAPE}[J`)).toBe(isTTY);
    expect(exit).toBe(EXIT.interrupted);
  });
});
