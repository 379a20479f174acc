import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { COMPILE_CACHE } from '../../local/synthesize.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/own-app.ts', import.meta.url));

test('examples/own-app.ts synthesizes a stack with Holdfast’s resources and its own', () => {
  const outDir = mkdtempSync(join(tmpdir(), 'holdfast-own-app-'));
  try {
    execFileSync(process.execPath, [EXAMPLE], {
      stdio: 'pipe',
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        CDK_OUTDIR: outDir,
        CDK_VALIDATION: 'false',
        // The test reads only the template, so nothing is bundled.
        CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [] }),
      },
    });

    const { Resources } = JSON.parse(readFileSync(join(outDir, 'Ours.template.json'), 'utf8'));
    const ids = Object.keys(Resources).map((id) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(ids).toEqual(
      expect.arrayContaining([
        'LlmEventsFailures',
        'FailedJobs',
        'OnCallDefaultPolicy',
        'SlowJobs',
        'LlmWorkerFunctionHandler',
        'LlmMonitoringDashboard',
      ]),
    );
  } finally {
    rmSync(outDir, { recursive: true });
  }
});
