/**
 * The API against its own OpenAPI document: schemathesis draws requests that fit it and requests
 * that do not, and holds every answer against it. No 5xx, no answer that is not in the document.
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
    /** Drawn cases of each operation; those of the other phases come on top. */
    examples: { type: 'string', default: '250' },
  },
});
const FEWEST_CASES = 1000;
const CONFIG = fileURLToPath(new URL('schemathesis.toml', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));

async function main(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-fuzz-'));
  try {
    const run = await startEmbeddedRun({
      assemblyDir: await synthesize({ outDir: join(dir, 'assembly') }),
      port: 0,
      latency: { medianMs: 5, sigma: 0, msPerOutputToken: 0 },
    });
    try {
      const reportFile = join(dir, 'report.json');
      const status = await schemathesis(run.apiUrl, reportFile);
      const { operations, test_cases } = report.parse(
        JSON.parse(await readFile(reportFile, 'utf8')),
      );
      const faults = [
        ...(status === 0 ? [] : [`schemathesis ended with ${status}`]),
        ...atLeast('cases', test_cases.generated, FEWEST_CASES),
        ...atLeast('operations', operations.tested, operations.selected),
        ...run.denied(),
      ];
      for (const fault of faults) process.stdout.write(`BROKEN ${fault}\n`);
      const tested = `${operations.tested} operations, ${test_cases.generated} cases`;
      process.stdout.write(`${tested}, ${test_cases.with_failures} failed; seed ${values.seed}\n`);
      process.exitCode = faults.length === 0 ? 0 : 1;
    } finally {
      await run.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Of schemathesis's own report, as much as is judged here. */
const report = z.object({
  operations: z.object({ selected: z.int(), tested: z.int() }),
  test_cases: z.object({ generated: z.int(), with_failures: z.int() }),
});

function atLeast(what: string, got: number, least: number): string[] {
  return got >= least ? [] : [`${what}: got ${got}, allowed is at least ${least}`];
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
