import './tools/node/check-version.js';
import { availableParallelism } from 'node:os';

/** ESM under swc: the sources run as Node runs them, imports with `.ts` included. */
export default {
  globalSetup: '<rootDir>/test/support/run-folder.ts',
  testEnvironment: '<rootDir>/test/support/plain-environment.ts',
  testSequencer: '<rootDir>/test/support/longest-first.ts',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  // Real servers and slow machines: how long a test takes is no part of what it says.
  testTimeout: 30_000,
  watchman: false,
  // On two cores jest would use one.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
