import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInstrumenter } from '@stryker-mutator/instrumenter';
import { createInjector } from 'typed-inject';

const COPIED = [
  'bin',
  'cli',
  'client',
  'console',
  'docs',
  'doctor',
  'examples',
  'lambda',
  'lib',
  'local',
  'test',
  'tools/node',
];
const COPIED_FILES = ['cdk.json', 'holdfast.config.ts', 'package.json'];
const OPTIONS = { plugins: null, excludedMutations: [], ignorers: [], noHeader: false };
const LOG = new Proxy({}, { get: (_, name) => () => String(name).startsWith('is') && false });

/**
 * Copies the project into a folder. The copies of the given files, paths in the project, contain all their
 * mutants, each behind a switch. Returns the mutants.
 */
export async function instrument(project, folder, files) {
  for (const name of [...COPIED, ...COPIED_FILES]) {
    cpSync(join(project, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const sources = new Map(files.map((file) => [join(folder, file), file]));
  const instrumenter = createInjector()
    .provideValue('logger', LOG)
    .injectFunction(createInstrumenter);
  const result = await instrumenter.instrument(
    [...sources].map(([name, file]) => ({ name, content: textOf(project, file), mutate: true })),
    OPTIONS,
  );
  for (const { name, content } of result.files) writeFileSync(name, content);
  return result.mutants.map(({ id, fileName, location, mutatorName, replacement }) => {
    const file = sources.get(fileName);
    return {
      id,
      file,
      line: location.start.line + 1,
      mutator: mutatorName,
      original: oneLine(textBetween(textOf(project, file), location)),
      replacement: oneLine(replacement),
    };
  });
}

function textOf(project, file) {
  return readFileSync(join(project, file), 'utf8');
}

function textBetween(source, { start, end }) {
  const lines = source.split('\n').slice(start.line, end.line + 1);
  const last = lines.length - 1;
  lines[last] = lines[last].slice(0, end.column);
  lines[0] = lines[0].slice(start.column);
  return lines.join('\n');
}

function oneLine(text) {
  return text.replace(/\s+/g, ' ').slice(0, 120);
}
