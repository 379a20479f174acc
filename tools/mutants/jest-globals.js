/**
 * Stands in for `@jest/globals`. It only collects the tests, so that one process can run any of them again
 * and again, with one mutant after the other. Jest itself takes seconds to start a run.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.cwd(), 'package.json'));
const { ModuleMocker } = require('jest-mock');
const { ModernFakeTimers } = require('@jest/fake-timers');

export const { expect } = require('expect');

const mocker = new ModuleMocker(globalThis);
const timers = new ModernFakeTimers({ config: { fakeTimers: {} }, global: globalThis });
export const jest = {
  fn: (implementation) => mocker.fn(implementation),
  spyOn: (object, name) => mocker.spyOn(object, name),
  restoreAllMocks: () => mocker.restoreAllMocks(),
  useFakeTimers: () => timers.useFakeTimers(),
  useRealTimers: () => timers.useRealTimers(),
  advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
  getTimerCount: () => timers.getTimerCount(),
};

/** With the switches of thousands of mutants in their loops, these take minutes. */
const LEFT_OUT = /in 36,000 calls|under any interleaving/;

/** All tests that have been loaded, in order. */
export const tests = [];

let scope;

/** Begins the tests of another file. */
export function beginFile(file) {
  scope = newScope(file, undefined);
}

export function describe(name, define) {
  const outer = scope;
  scope = newScope(name, outer);
  define();
  scope = outer;
}

export function test(name, body) {
  const scopes = scopesOf(scope);
  const title = [...scopes.map((each) => each.name), name].join(' › ');
  if (!LEFT_OUT.test(title)) tests.push({ name: title, file: scopes[0].name, body, scopes });
}

test.each = forEach(test);
describe.each = forEach(describe);
test.skip = () => undefined;

export const beforeAll = (hook) => scope.beforeAll.push(hook);
export const beforeEach = (hook) => scope.beforeEach.push(hook);
export const afterEach = (hook) => scope.afterEach.push(hook);
/** Nothing is closed: the parent ends this process and the servers that it has started. */
export const afterAll = () => undefined;

function newScope(name, outer) {
  return { name, outer, beforeAll: [], beforeEach: [], afterEach: [], hasBegun: false };
}

function scopesOf(inner) {
  return inner ? [...scopesOf(inner.outer), inner] : [];
}

function forEach(define) {
  return (table) => (name, body) => {
    for (const [i, row] of table.entries()) {
      define(`${name} (${i + 1})`, () => body(...(Array.isArray(row) ? row : [row])));
    }
  };
}
