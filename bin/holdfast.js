#!/usr/bin/env node
// The command of the package. In this repository it runs the sources, so it needs no build.
import { existsSync } from 'node:fs';

const source = new URL('holdfast.ts', import.meta.url);
if (existsSync(source)) {
  await import('../tools/node/check-version.js');
  await import(source.href);
} else await import(new URL('../dist/bin/holdfast.js', import.meta.url).href);
