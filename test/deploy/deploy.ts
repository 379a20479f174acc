/**
 * A real `cdk deploy`, with the functions' roles enforced, onto an emulator of AWS that is not ours,
 * and what callers and operators then do. Bedrock is our fake, as the emulator's never fails.
 *
 *     npm run test:deploy
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { command } from './command.ts';
import { complaints } from './complaints.ts';
import { DeployedHoldfast } from './deployed-holdfast.ts';
import { Deployment } from './deployment.ts';
import { diagnosed, examined } from './doctor.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { inventory, unchangedKinds } from './inventory.ts';
import { Report } from './report.ts';
import * as scenes from './scenes.ts';
import { withoutGrant } from './without-grant.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const MINISTACK_VERSION = '1.5.33';

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => interruption.abort());
const report = new Report(interruption.signal);
// Outside of the project: its package.json would turn the emulator's own scripts into ES modules.
const folder = mkdtempSync(join(tmpdir(), 'holdfast-deploy-'));
const bedrock = await startFakeBedrock();
try {
  const program = await report.step('emulator installed', 180, (signal) =>
    command(join(PROJECT, '.ci/python-tool'), ['ministack', MINISTACK_VERSION], {
      env: process.env,
      signal,
    }),
  );
  const emulator = await report.step('emulator started', 30, (signal) =>
    startEmulator({
      python: join(dirname(program), 'python'),
      folder,
      bedrockUrl: bedrock.url,
      signal,
    }),
  );
  try {
    await play(new Deployment(emulator, folder), emulator);
  } catch (error: unknown) {
    const said = await complaints(emulator.url).catch((none: unknown) => [String(none)]);
    for (const each of said) process.stdout.write(`${each}\n`);
    throw error;
  } finally {
    await report.step('emulator stopped', 30, () => emulator.stop());
  }
  rmSync(folder, { recursive: true, force: true });
} catch (error: unknown) {
  report.fail(error);
  process.stdout.write(`what the emulator wrote: ${join(folder, 'emulator.log')}\n`);
} finally {
  await bedrock.stop();
  report.end();
  process.exitCode = report.failed ? 1 : 0;
}

async function play(deployment: Deployment, emulator: Emulator): Promise<void> {
  await report.step('bootstrap', 60, (signal) => deployment.bootstrap(signal));
  const before = await report.step('inventory', 30, () => inventory(emulator.url));
  const assembly = await report.step('synth', 90, (signal) => deployment.synthesize(signal));
  const outputs = await report.step('deploy', 90, (signal) => deployment.deploy(signal, assembly));
  await report.step('all kinds of resources are seen', 30, async () => {
    const unseen = unchangedKinds(before, await inventory(emulator.url));
    if (unseen.length > 0) throw new Error(`as before the deploy: ${unseen.join(', ')}`);
  });
  const holdfast = await DeployedHoldfast.open(emulator, outputs);
  const stage = { holdfast, bedrock };
  const doctor = { env: emulator.env, bedrock };
  await report.step('the doctor finds nothing bad, before callers come', 40, (signal) =>
    examined(doctor, signal),
  );
  await report.step('the doctor names a model that is denied, and how to get it', 40, (signal) =>
    diagnosed(doctor, signal),
  );

  for (const [name, limitSeconds, scene] of scenes.WHOLE) {
    await report.step(name, limitSeconds, (signal) => scene(stage, signal));
  }
  await report.step('deployed again without a change, nothing is done', 60, async (signal) => {
    if (await deployment.redeploy(signal, assembly)) throw new Error('there were changes');
  });

  const maimed = join(folder, 'maimed');
  withoutGrant(assembly, maimed, { policy: /^Worker/, action: 's3:GetObject' });
  await report.step('deploy, the worker without its grant to read prompts', 60, (signal) =>
    deployment.deploy(signal, maimed),
  );
  const jobId = await report.step(
    'its job breaks off, the schedule frees it, it is dead-lettered',
    150,
    (signal) => scenes.deadLettered(stage, signal),
  );
  await report.step('deploy, the grant given back', 60, (signal) =>
    deployment.deploy(signal, assembly),
  );
  await report.step('redrive by a signed call, the job succeeds', 60, (signal) =>
    scenes.redriven(stage, signal, jobId),
  );

  await report.step('destroy', 90, async (signal) => {
    await holdfast.clear();
    await deployment.destroy(signal, assembly);
  });
  await report.step('nothing is left', 30, async () => {
    assert.deepEqual(await inventory(emulator.url), before);
  });
}
