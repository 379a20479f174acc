import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { checkApi } from '../../doctor/api.ts';
import { runDoctor } from '../support/doctor-command.ts';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { PRIMARY, withHoldfast } from './holdfast.ts';

const SETTINGS_FILE = fileURLToPath(new URL('settings.ts', import.meta.url));

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);

test('the doctor examines an embedded run: its Bedrock by the command, its API by the key', async () => {
  await withHoldfast(assembly, async ({ bedrock, run }) => {
    const args = ['doctor', '--config', SETTINGS_FILE, '--bedrock-endpoint', bedrock.url];
    const well = await runDoctor(args);
    bedrock.setFault({ fault: 'end-of-life', region: PRIMARY.region, model: PRIMARY.model });
    const ill = await runDoctor(args);
    const api = await checkApi(run.apiUrl, run.apiKeys[0]?.value ?? '');

    expect(well.output).toMatch(/, 0 bad\n$/);
    expect(well.exitCode).toBe(0);
    expect(ill.output).toContain(
      `✗ BAD  model: ${PRIMARY.key}: the call failed with ResourceNotFoundException (config)`,
    );
    expect(ill.output).toMatch(/fix: choose a model that this region offers/);
    expect(ill.output).toMatch(/, 1 bad\n$/);
    expect(ill.exitCode).toBe(1);
    expect(api).toMatchObject([{ check: 'api', level: 'good', found: 'healthy' }]);
  });
}, 60_000);
