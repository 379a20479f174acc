import { expect } from './jest-globals.js';
import { within } from './own-time.js';

/**
 * Runs a test. Returns its failure, or `undefined` if it passes. Stryker's `state` names the test that runs. The
 * limit is one of `ownMs`.
 */
export async function failureOf({ body, scopes }, timeoutMs, state) {
  expect.setState({
    assertionCalls: 0,
    expectedAssertionsNumber: null,
    isExpectingAssertions: false,
  });
  try {
    await within(timeoutMs, () => begin(scopes, state));
    try {
      await within(timeoutMs, async () => {
        await runHooks(scopes, 'beforeEach');
        await body();
      });
    } finally {
      await within(timeoutMs, () => runHooks(scopes.toReversed(), 'afterEach'));
    }
    return expect.extractExpectedAssertionsErrors()[0]?.error;
  } catch (error) {
    return error ?? new Error('a test threw nothing');
  }
}

/**
 * What runs before all tests belongs to none of them. Stryker takes it for code that runs while a module is
 * loaded, and its mutants get processes of their own.
 */
async function begin(scopes, state) {
  const { currentTestId } = state;
  state.currentTestId = undefined;
  for (const scope of scopes) {
    if (!scope.hasBegun) await runHooks([scope], 'beforeAll');
    scope.hasBegun = true;
  }
  state.currentTestId = currentTestId;
}

async function runHooks(scopes, kind) {
  for (const scope of scopes) for (const hook of scope[kind]) await hook();
}
