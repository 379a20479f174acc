import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const EXAMPLE = fileURLToPath(new URL('../../examples/own-app.ts', import.meta.url));

test('the example of an app of one’s own synthesizes, with what it adds', () => {
  const outDir = mkdtempSync(join(tmpdir(), 'holdfast-own-app-'));
  try {
    execFileSync(process.execPath, [EXAMPLE], {
      stdio: 'pipe',
      env: {
        PATH: process.env.PATH,
        CDK_OUTDIR: outDir,
        CDK_VALIDATION: 'false',
        // Only the template is looked at.
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
