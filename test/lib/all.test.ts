/** All tests of this folder's files that can share the modules of CDK. A run of named files skips this one. */
import { readdirSync } from 'node:fs';
import { LOADED_TOGETHER } from './together.ts';

const files = readdirSync(import.meta.dirname).filter((name) =>
  LOADED_TOGETHER.test(`/test/lib/${name}`),
);
for (const name of files) await import(`./${name}`);
