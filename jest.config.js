import './tools/node/check-version.js';
import { availableParallelism } from 'node:os';
import { LOADED_TOGETHER } from './test/lib/together.ts';

/** True if no argument names a file, a folder or a test. */
const isOfAllTests = process.argv.slice(2).every((argument) => argument.startsWith('-'));

/** swc removes the types and keeps ES modules, so tests load the sources as Node does. */
export default {
  globalSetup: '<rootDir>/test/support/run-folder.ts',
  testEnvironment: '<rootDir>/test/support/plain-environment.ts',
  testSequencer: '<rootDir>/test/support/longest-first.ts',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [isOfAllTests ? LOADED_TOGETHER.source : '/test/lib/all.test.ts$'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  // Generous, because some tests start real servers and some machines are slow.
  testTimeout: 30_000,
  watchman: false,
  // By default, jest would use only one worker on two cores. Three use both: the end-to-end tests mostly wait.
  maxWorkers: Math.max(3, availableParallelism() - 1),
};
