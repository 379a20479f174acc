import { expect, test } from '@jest/globals';
import { checkApi } from '../../doctor/api.ts';
import { runDoctor } from '../support/doctor-command.ts';
import { SETTINGS_FILE, synthesizeBeforeAll } from './assembly.ts';
import { PRIMARY } from './chain.ts';
import { withHoldfast } from './holdfast.ts';

const assembly = synthesizeBeforeAll();

test('the doctor finds nothing bad in a healthy run, and reports a model at its end of life with a fix', async () => {
  await withHoldfast(assembly, async ({ bedrock, run }) => {
    const args = ['doctor', '--config', SETTINGS_FILE, '--bedrock-endpoint', bedrock.url];
    const healthy = await runDoctor(args);
    bedrock.setFault({ ...PRIMARY.at, fault: 'end-of-life' });
    const faulty = await runDoctor(args);
    const api = await checkApi(run.apiUrl, run.apiKeys[0]?.value ?? '');

    expect(healthy.output).toMatch(/, 0 bad\n$/);
    expect(healthy.exitCode).toBe(0);
    expect(faulty.output).toContain(
      `✗ BAD  model: ${PRIMARY.key}: the call failed with ResourceNotFoundException (config)`,
    );
    expect(faulty.output).toMatch(/fix: choose a model that this region offers/);
    expect(faulty.output).toMatch(/, 1 bad\n$/);
    expect(faulty.exitCode).toBe(1);
    expect(api).toMatchObject([{ check: 'api', level: 'good', found: 'healthy' }]);
  });
}, 60_000);
