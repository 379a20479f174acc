/**
 * Runs tests as its parent asks: `test-process.js TEST_FILES [MUTANT]`. Without a mutant, it loads the tests
 * and waits for messages. With one, which takes effect while a module is loaded, it runs the tests until
 * one fails.
 */
import { flushCompileCache, registerHooks } from 'node:module';
import { ownMs, TIME_FACTOR, TimedOut } from './own-time.js';

const GLOBALS = new URL('jest-globals.js', import.meta.url).href;
/** For a test whose duration is not known: such a test may start a server. */
const LONGEST_TEST_MS = 30_000;
/** A mutant that is reached so many times more often than in the unchanged code is an endless loop. */
const HITS_FACTOR = 10;
const LEAST_HITS = 1000;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: GLOBALS, shortCircuit: true } : next(specifier, context),
});
const { beginFile, tests } = await import(GLOBALS);
const { failureOf } = await import('./run-test.js');
const [files, mutant] = process.argv.slice(2).map((text) => JSON.parse(text));
const state = { mutantCoverage: { static: {}, perTest: {} } };
globalThis.__stryker__ = state;
process.on('disconnect', () => process.exit());
setInterval(() => process.send({ isAlive: true }), 1000);

if (mutant === undefined) await serve();
else process.send({ killedBy: await killerWhileLoading() });

/** What a test leaves behind must not end the process. */
function outliveErrors() {
  for (const event of ['unhandledRejection', 'uncaughtException'])
    process.on(event, () => undefined);
}

async function serve() {
  const requests = { cover, kill };
  process.on('message', async ({ request, ...values }) => {
    process.send(await requests[request](values));
  });
  for (const file of files) await load(file);
  // The processes that follow load in a fraction of the time. This one is killed in the end.
  flushCompileCache();
  outliveErrors();
  process.send({ isLoaded: true });
}

/** Runs each test without a mutant. */
async function cover() {
  const measured = [];
  for (const [number, each] of tests.entries()) {
    state.currentTestId = String(number);
    const startedAt = ownMs();
    const cpuBefore = process.cpuUsage();
    const failure = await failureOf(each, LONGEST_TEST_MS, state);
    const ms = ownMs() - startedAt;
    const { user, system } = process.cpuUsage(cpuBefore);
    const cpuMs = (user + system) / 1000;
    measured.push({ name: each.name, file: each.file, ms, cpuMs, failure: failure?.message });
  }
  state.currentTestId = undefined;
  return { tests: measured, coverage: state.mutantCoverage };
}

/**
 * Runs tests with a mutant until one fails. The failure proves nothing (`isBroken`) if the test then fails
 * without the mutant too: an earlier mutant has left something behind.
 */
async function kill({ id, hits, candidates }) {
  for (const { number, timeoutMs } of candidates) {
    let failure = await failureWith(number, timeoutMs, id, hits);
    if (failure === undefined) continue;
    const startedAt = ownMs();
    const isBroken = (await failureWith(number, LONGEST_TEST_MS)) !== undefined;
    const nowNeededMs = ownMs() - startedAt;
    // The servers of a test are slow on a busy machine, so the test may only need more time now.
    if (failure instanceof TimedOut && !isBroken && nowNeededMs * TIME_FACTOR > timeoutMs) {
      failure = await failureWith(number, nowNeededMs * TIME_FACTOR, id, hits);
      if (failure === undefined) continue;
    }
    return { killedBy: tests[number].name, isBroken };
  }
  return {};
}

async function failureWith(number, timeoutMs, activeMutant, hits) {
  // The counter is active only if it is defined.
  const hitCount = activeMutant === undefined ? undefined : 0;
  Object.assign(state, { activeMutant, hitCount, hitLimit: hits * HITS_FACTOR + LEAST_HITS });
  const failure = await failureOf(tests[number], timeoutMs, state);
  Object.assign(state, { activeMutant: undefined, hitCount: undefined });
  return failure;
}

/** Returns the name of the first test that fails, or the file that cannot be loaded. */
async function killerWhileLoading() {
  outliveErrors();
  Object.assign(state, { activeMutant: mutant, hitCount: 0, hitLimit: 1_000_000 });
  for (const file of files) {
    const first = tests.length;
    try {
      await load(file);
    } catch {
      return file;
    }
    for (const each of tests.slice(first)) {
      if (await failureOf(each, LONGEST_TEST_MS, state)) return each.name;
    }
  }
  return undefined;
}

async function load(file) {
  beginFile(file);
  await import(`${process.cwd()}/${file}`);
}
