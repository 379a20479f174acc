/**
 * Changes the code in one place at a time, runs the tests that cover the place, and prints the changes
 * that no test notices. Stryker's instrumenter makes the changes.
 *
 *     npm run mutants                                    all of the code below
 *     npm run mutants -- lambda/core/jobs                one folder
 *     npm run mutants -- lambda/core/router/charges.ts   one file
 *     npm run mutants -- --processes 1 lambda/status     by default, as many as the machine has cores
 *     npm run mutants -- --tests test/core lambda/core   only with the tests of a folder
 */
import '../node/check-version.js';
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { instrument } from './instrument.js';
import { countSurvivors } from './survivors.js';

const CODE = [
  'core',
  'stores',
  'aws',
  'request',
  'worker',
  'sweeper',
  'admin',
  'status',
  'http',
  'prober',
  'lifecycle',
];
const TESTS = [...CODE, 'contract'];
/** Tests that take seconds or need Jest itself. They would kill few mutants more. */
const LEFT_OUT =
  /properties|backlog|\/race|model-check|batch-sizes|at-scale|fuzz|dynamodb-local|refusal-text/;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    processes: { type: 'string', default: String(availableParallelism()) },
    tests: { type: 'string', multiple: true, default: TESTS.map((room) => `test/${room}`) },
  },
});
process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const paths = positionals.length > 0 ? positionals : CODE.map((room) => `lambda/${room}`);
// Handlers only compose; test/handlers.test.ts runs them against servers.
const files = paths.flatMap(filesIn).filter((file) => !file.endsWith('/handler.ts'));
const testFiles = values.tests
  .flatMap(filesIn)
  .filter((file) => file.endsWith('.test.ts') && !LEFT_OUT.test(file));

const mutants = await instrument(process.cwd(), folder, files);
const survivors = await countSurvivors(mutants, testFiles, folder, Number(values.processes), print);
const killed = mutants.length - survivors;
print(`${killed} of ${mutants.length} killed, ${((100 * killed) / mutants.length).toFixed(1)} %`);
process.exit();

function filesIn(path) {
  const found = statSync(path).isDirectory() ? globSync(`${path}/**/*.ts`) : [path];
  return found.map((each) => each.replaceAll('\\', '/').replace(/^\.\//, '')).toSorted();
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
