import { dirname } from 'node:path';
import { Child, LONG_SILENCE_MS } from './child.js';
import { loadedBy } from './imports.js';
import { TIME_FACTOR } from './own-time.js';

/** These suites run every case of the breaker against a server. They are worth it only for the stores. */
const SERVER_SUITE = /^test\/stores\/(redis|dynamodb)/;
/** Longer tests would kill few mutants more. This is CPU time, because other programs may run too. */
const LONGEST_TEST_MS = 2000;
const LEAST_TIMEOUT_MS = 3000;

/**
 * Reports, file by file, the mutants that no test notices, and returns how many there are. `folder`
 * contains the mutants.
 */
export async function countSurvivors(mutants, testFiles, folder, processes, print) {
  const code = [...new Set(mutants.map((each) => each.file))];
  const testsOf = new Map(code.map((file) => [file, testFilesOf(file, testFiles)]));
  const needed = testFiles.filter((test) => code.some((file) => testsOf.get(file).includes(test)));
  const start = async () => {
    const child = new Child(folder, needed);
    if (await child.answer(LONG_SILENCE_MS)) return child;
    throw new Error('the tests cannot be loaded; see the error above');
  };

  const first = await start();
  const covered = await first.ask('cover', {}, LONG_SILENCE_MS);
  if (!covered) throw new Error('the tests do not end; see the error above');
  for (const { name, failure } of covered.tests) {
    if (failure !== undefined) print(`left out, because it fails here: ${name}: ${failure}`);
  }
  print(`${mutants.length} mutants in ${code.length} files, ${covered.tests.length} tests`);

  const plans = mutants.map((mutant) => planOf(mutant, covered, testsOf));
  const waiting = [...plans];
  await Promise.all(
    Array.from({ length: processes }, async (_, i) => {
      const line = { start, folder, child: i === 0 ? first : undefined };
      for (let plan = waiting.shift(); plan; plan = waiting.shift()) {
        plan.isKilled = await isKilled(plan, line);
        const own = plans.filter(({ mutant }) => mutant.file === plan.mutant.file);
        if (own.every((each) => each.isKilled !== undefined)) reportFile(own, print);
      }
      line.child?.end();
    }),
  );
  return plans.filter((plan) => !plan.isKilled).length;
}

function reportFile(plans, print) {
  const left = plans.filter((plan) => !plan.isKilled);
  print(`${plans[0].mutant.file}: ${plans.length - left.length} of ${plans.length} killed`);
  for (const { mutant, hits, isStatic } of left) {
    const { line, mutator, original, replacement } = mutant;
    const place = `${line} ${mutator}${hits > 0 || isStatic ? '' : ', not covered'}`;
    print(`  ${place}: ${original}  →  ${replacement}`);
  }
}

/** Returns the tests that load a file: first those of the file itself, then those of its folder. */
function testFilesOf(file, testFiles) {
  const own = file.replace('lambda/', 'test/').replace('.ts', '.test.ts');
  const rank = (test) => (test === own ? 0 : dirname(test) === dirname(own) ? 1 : 2);
  return testFiles
    .filter((test) => file.startsWith('lambda/stores/') || !SERVER_SUITE.test(test))
    .filter((test) => loadedBy(test).has(file))
    .toSorted((a, b) => rank(a) - rank(b));
}

/** Returns which tests a mutant must survive: the quickest first. */
function planOf(mutant, { tests, coverage }, testsOf) {
  const files = testsOf.get(mutant.file);
  const candidates = tests
    .map(({ file, ms, cpuMs, failure }, number) => {
      const hits = coverage.perTest[number]?.[mutant.id] ?? 0;
      const timeoutMs = Math.max(LEAST_TIMEOUT_MS, TIME_FACTOR * ms);
      const isFit = failure === undefined && cpuMs <= LONGEST_TEST_MS && files.includes(file);
      return { number, cpuMs, timeoutMs, hits, isFit };
    })
    .filter(({ hits, isFit }) => hits > 0 && isFit)
    .toSorted((a, b) => a.cpuMs - b.cpuMs);
  const hits = Math.max(0, ...candidates.map((each) => each.hits));
  const isStatic = coverage.static[mutant.id] !== undefined;
  return { mutant, candidates, hits, isStatic, files };
}

async function isKilled(plan, line) {
  if (plan.candidates.length > 0 && (await isKilledByTest(plan, line))) return true;
  return plan.isStatic && isKilledWhileLoading(plan, line.folder);
}

async function isKilledByTest({ mutant, candidates, hits }, line) {
  const isFresh = line.child === undefined;
  line.child ??= await line.start();
  const answer = await line.child.ask('kill', { id: mutant.id, hits, candidates });
  if (answer && !answer.isBroken) return answer.killedBy !== undefined;
  line.child.end();
  line.child = undefined;
  // Whatever a process is broken by, in a fresh one it is this mutant.
  if (!answer || isFresh) return true;
  return isKilledByTest({ mutant, candidates, hits }, line);
}

/** Code that runs while a module is loaded runs once in a process, so such a mutant gets one of its own. */
async function isKilledWhileLoading({ mutant, files }, folder) {
  const child = new Child(folder, files, mutant.id);
  const answer = await child.answer();
  child.end();
  return !answer || answer.killedBy !== undefined;
}
