/**
 * Tests the API of an embedded run against its own OpenAPI document. Schemathesis generates valid and
 * invalid requests and checks every response: none may be a 5xx, and the document must describe each.
 *
 *     npm run fuzz -- --seed 1
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';

const { values } = parseArgs({
  options: {
    schemathesis: { type: 'string', default: 'schemathesis' },
    seed: { type: 'string', default: '1' },
    /** The number of generated cases for each operation. The other phases add more cases. */
    examples: { type: 'string', default: '250' },
  },
});
/** The least number of cases. Fewer mean that schemathesis skipped most of the document. */
const MINIMUM_CASES = 1000;
/** A generated job may name any guardrail, and the worker may apply only those of the settings. */
const APPLY_GUARDRAIL = 'is not authorized to perform: bedrock:ApplyGuardrail';
const CONFIG = fileURLToPath(new URL('schemathesis.toml', import.meta.url));
const SETTINGS = fileURLToPath(new URL('../bench/settings.ts', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));

async function main(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-fuzz-'));
  try {
    const run = await startEmbeddedRun({
      assemblyDir: await synthesize({ configFile: SETTINGS, outDir: join(dir, 'assembly') }),
      port: 0,
      latency: { firstTokenMs: 5 },
    });
    try {
      const reportFile = join(dir, 'report.json');
      const status = await schemathesis(run.apiUrl, reportFile);
      const { operations, test_cases } = report.parse(
        JSON.parse(await readFile(reportFile, 'utf8')),
      );
      const problems = [
        ...(status === 0 ? [] : [`schemathesis ended with exit code ${status}`]),
        ...atLeast('cases', test_cases.generated, MINIMUM_CASES),
        ...atLeast('operations', operations.tested, operations.selected),
        ...run
          .denied()
          .filter((denial) => !denial.includes(APPLY_GUARDRAIL))
          .map((denial) => `denied by a policy: ${denial}`),
      ];
      for (const problem of problems) process.stdout.write(`FAILED ${problem}\n`);
      const tested = `${operations.tested} operations, ${test_cases.generated} cases`;
      const failed = `${test_cases.with_failures} cases failed`;
      process.stdout.write(`tested ${tested}; ${failed}; seed ${values.seed}\n`);
      process.exitCode = problems.length === 0 ? 0 : 1;
    } finally {
      await run.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The part of schemathesis's JSON report that is checked here. */
const report = z.object({
  operations: z.object({ selected: z.int(), tested: z.int() }),
  test_cases: z.object({ generated: z.int(), with_failures: z.int() }),
});

function atLeast(what: string, got: number, least: number): string[] {
  return got >= least ? [] : [`${what}: got ${got}, expected at least ${least}`];
}

function schemathesis(apiUrl: string, reportFile: string): Promise<number | null> {
  const { schemathesis: program, seed, examples } = values;
  const child = spawn(
    program,
    [
      ...['--config-file', CONFIG, '--no-color'],
      ...['run', DOCUMENT, '--url', apiUrl, '--seed', seed, '--max-examples', examples],
      ...['--report', 'json', '--report-json-path', reportFile],
    ],
    { stdio: 'inherit' },
  );
  return new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve));
}

await main();
