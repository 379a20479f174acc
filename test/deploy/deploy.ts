/**
 * Deploys the stack with the real CDK CLI onto MiniStack, an independent emulator of AWS that enforces
 * the functions' roles, plays scenarios of callers and operators, and destroys the stack. Bedrock is
 * Holdfast's own fake, because the emulator's Bedrock never fails. Needs Python 3.10 with venv.
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
import { commandLineFindsStack } from './command-line.ts';
import { DeployedHoldfast } from './deployed-holdfast.ts';
import { Deployment } from './deployment.ts';
import { doctorMissesLogRole, doctorPasses, doctorReportsModels, setLogRole } from './doctor.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { inventory, unchangedKinds } from './inventory.ts';
import { Report } from './report.ts';
import { deadLettered, PRIMARY, redriven, SCENARIOS } from './scenarios.ts';
import { latestWarnings } from './warnings.ts';
import { withoutGrant } from './without-grant.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const MINISTACK_VERSION = '1.5.33';

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => interruption.abort());
const report = new Report(interruption.signal);
// In a folder inside the project, package.json would make the emulator's scripts ES modules.
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
    await testDeployment(new Deployment(emulator, folder), emulator);
  } catch (error: unknown) {
    const warnings = await latestWarnings(emulator.url).catch((none: unknown) => [String(none)]);
    for (const each of warnings) process.stdout.write(`${each}\n`);
    throw error;
  } finally {
    await report.step('emulator stopped', 30, () => emulator.stop());
  }
  rmSync(folder, { recursive: true, force: true });
} catch (error: unknown) {
  report.fail(error);
  process.stdout.write(`log of the emulator: ${join(folder, 'emulator.log')}\n`);
} finally {
  await bedrock.stop();
  report.end();
  process.exitCode = report.failed ? 1 : 0;
}

async function testDeployment(deployment: Deployment, emulator: Emulator): Promise<void> {
  await report.step('bootstrap', 60, (signal) => deployment.bootstrap(signal));
  const checked = { env: emulator.env, bedrock };
  await report.step('the doctor misses the log role of API Gateway', 40, (signal) =>
    doctorMissesLogRole(checked, signal),
  );
  await report.step('set the log role', 30, () => setLogRole(emulator.url));
  const before = await report.step('list resources', 30, () => inventory(emulator.url));
  const assembly = await report.step('synth', 90, (signal) => deployment.synthesize(signal));
  const outputs = await report.step('deploy', 90, (signal) => deployment.deploy(signal, assembly));
  await report.step('the deploy adds resources of every kind', 30, async () => {
    const unchanged = unchangedKinds(before, await inventory(emulator.url));
    if (unchanged.length > 0) throw new Error(`nothing was added to: ${unchanged.join(', ')}`);
  });
  const holdfast = await DeployedHoldfast.open(emulator, outputs);
  const deployed = { holdfast, bedrock };
  await report.step('the doctor passes the new stack', 40, (signal) =>
    doctorPasses(checked, signal),
  );
  await report.step('the doctor reports a throttled and a denied model', 40, (signal) =>
    doctorReportsModels(checked, signal),
  );

  for (const { name, limitSeconds, run } of SCENARIOS) {
    await report.step(name, limitSeconds, (signal) => run(deployed, signal));
  }
  await report.step('a second deploy finds no changes', 60, async (signal) => {
    if (await deployment.redeploy(signal, assembly))
      throw new Error('CloudFormation found changes');
  });

  const reduced = join(folder, 'without-grant');
  withoutGrant(assembly, reduced, { policy: /^Worker/, action: 's3:GetObject' });
  await report.step('deploy without the worker’s grant to read prompts', 60, (signal) =>
    deployment.deploy(signal, reduced),
  );
  const jobId = await report.step(
    'a job whose prompt cannot be read is dead-lettered',
    150,
    (signal) => deadLettered(deployed, signal),
  );
  await report.step('deploy with the grant again', 60, (signal) =>
    deployment.deploy(signal, assembly),
  );
  await report.step('an operator redrives the job, and it succeeds', 60, (signal) =>
    redriven(deployed, signal, jobId),
  );

  // An override that ends leaves its circuit in recovery, which the scenarios would meet.
  await report.step('the command line finds the stack and operates it', 90, (signal) =>
    commandLineFindsStack(emulator.env, holdfast.apiUrl, PRIMARY?.key ?? '', signal),
  );

  await report.step('destroy', 90, async (signal) => {
    await holdfast.clear();
    await deployment.destroy(signal, assembly);
  });
  await report.step('the stack leaves nothing behind', 30, async () => {
    assert.deepEqual(await inventory(emulator.url), before);
  });
}
