import { expect, test } from '@jest/globals';
import { EXIT } from '../../cli/exit-codes.ts';
import { systemClock } from '../../console/server/clock.ts';
import type { RunFile } from '../../console/server/run-file.ts';
import { holdfast } from '../cli/fake-world.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { PRIMARY } from './chain.ts';
import { type Holdfast, withHoldfast } from './holdfast.ts';

const assembly = synthesizeBeforeAll();

/** Each command against one embedded run, in process. Requests of operators are signed. */
test('every command prints one JSON document of the embedded run', async () => {
  await withHoldfast(assembly, async (instance) => {
    const run = runFileOf(instance);
    const json = async (args: readonly string[], input = '') => {
      const result = await holdfast([...args, '--json'], { run, input, fetch, clock: systemClock });
      if (result.exit !== EXIT.ok) throw new Error(`${args.join(' ')}: ${result.stderr}`);
      return JSON.parse(result.stdout);
    };

    const { jobId } = await json(['submit', '-'], 'Why do ships have anchors?');
    const waited = await json(['wait', jobId]);
    const other = await json(['submit', '-f', '-', '--wait'], '{"prompt":"And why do they rust?"}');
    const asOperator = await json(['get', jobId, '--as-operator', '--content']);
    const own = await json(['list', '--limit', '10']);
    const all = await json(['list', '--all', '--status', 'SUCCEEDED']);
    const purged = await json(['purge', jobId, '--yes']);

    expect(waited).toMatchObject({
      jobId,
      status: 'SUCCEEDED',
      result: { text: expect.any(String) },
    });
    expect(other).toMatchObject({ status: 'SUCCEEDED' });
    expect(asOperator).toMatchObject({ jobId, request: { messages: [{ role: 'user' }] } });
    expect(own.jobs.map((each: { jobId: string }) => each.jobId)).toEqual([other.jobId, jobId]);
    expect(all.jobs).toHaveLength(2);
    expect(purged).toMatchObject({ jobId, purge: 'done' });

    const subject = ['target', PRIMARY.key];
    const override = ['force-open', '--reason', 'drill', '--for', '10m'];
    expect(await json(['override', ...subject, ...override])).toMatchObject({ reason: 'drill' });
    expect(await json(['circuits', '--as-operator'])).toMatchObject({
      overrides: [{ scope: 'target', key: PRIMARY.key }],
    });
    expect(await json(['lift', ...subject])).toMatchObject({ mode: 'force-open' });
    expect(await json(['circuits'])).toMatchObject({ status: expect.any(String) });
    expect(await json(['redrive', '--dry-run'])).toMatchObject({ moved: 0, dryRun: true });
    expect(await json(['redrive', '--yes'])).toMatchObject({ moved: 0, dryRun: false });

    const seconds = await json(['settings', 'get', 'breaker.cooldownSeconds']);
    const edit = ['settings', 'set', `breaker.cooldownSeconds=${seconds + 1}`];
    const change = { path: 'breaker.cooldownSeconds', from: seconds, to: seconds + 1 };
    expect(await json([...edit, '--dry-run'])).toEqual({ changes: [change], written: false });
    expect(await json(edit)).toEqual({ changes: [change], written: true });
    expect(await json(['settings', 'get', 'breaker.cooldownSeconds'])).toBe(seconds + 1);
    expect(await json(['console'])).toEqual({ url: `${new URL(run.url).origin}/` });

    const refusals = [
      [['cancel', jobId], EXIT.rejected],
      [['enable', PRIMARY.key], EXIT.notFound],
      [['lift', ...subject], EXIT.notFound],
      [['settings', 'set', 'breaker.cooldownSeconds=-1'], EXIT.rejected],
      [['settings', 'set', 'jobs.workerConcurrency=999'], EXIT.rejected],
      [['get', '0'.repeat(32)], EXIT.notFound],
    ] as const;
    for (const [args, exit] of refusals) {
      const result = await holdfast([...args, '--json'], { run, fetch, clock: systemClock });
      expect({ args, exit: result.exit, stdout: result.stdout }).toEqual({
        args,
        exit,
        stdout: '',
      });
    }
  });
}, 90_000);

function runFileOf({ run }: Holdfast): RunFile {
  const { apiUrl, apiKeys, awsUrl, bedrockUrl, operator, outputs } = run;
  return {
    pid: process.pid,
    url: apiUrl,
    apiKeys,
    awsUrl,
    bedrockUrl,
    region: 'us-east-1',
    operator,
    settingsParameter: outputs.SettingsParameterName ?? '',
  };
}
