/** The tests of all files that can share the modules of CDK. A run of named files skips this one. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LOADED_TOGETHER } from './together.ts';

const TESTS = dirname(import.meta.dirname);

const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .map((name) => join(TESTS, name).replaceAll('\\', '/'))
  .filter((path) => LOADED_TOGETHER.test(path));
for (const path of files) await import(path);
