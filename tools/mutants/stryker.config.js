import { fileURLToPath } from 'node:url';

const pathOf = (specifier) => fileURLToPath(import.meta.resolve(specifier));

/**
 * Stryker changes the code in one place at a time and runs the tests that cover the place. Only suites of
 * milliseconds run: those of the core, the use cases and the adapters, without servers and processes.
 */
export default {
  plugins: [pathOf('@stryker-mutator/jest-runner')],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    // Jest looks for related tests only through files below its roots, and the code is not there.
    enableFindRelatedTests: false,
    configFile: 'jest.config.js',
    config: {
      testEnvironment: pathOf('@stryker-mutator/jest-runner/jest-env/node'),
      roots: [
        'admin',
        'aws',
        'core',
        'contract',
        'http',
        'lifecycle',
        'prober',
        'request',
        'status',
        'stores',
        'sweeper',
        'worker',
      ].map((folder) => `<rootDir>/test/${folder}`),
      testPathIgnorePatterns: [
        'properties',
        'backlog',
        '/race',
        'model-check',
        'batch-sizes',
        'redis',
        'dynamodb',
      ],
    },
  },
  coverageAnalysis: 'perTest',
  mutate: ['lambda/{core,stores,aws,request,worker,sweeper,admin,status,http}/**/*.ts'],
  // TypeScript 7 has no API that Stryker could read the configuration with.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  tempDirName: '.holdfast/mutants',
  timeoutMS: 10_000,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: 'reports/mutants.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
};
