import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

/**
 * The rule of imports, and what keeps the core pure. It reads the text of every source file, so it
 * holds for type imports too.
 */
const PROJECT = fileURLToPath(new URL('../', import.meta.url));
/** Without comments and blank lines. */
const LONGEST_FILE_LINES = 200;

const CONTRACT = /^lambda\/contract\//;
/** What pulls in no validator, and so may be used where every millisecond of a start counts. */
const PLAIN_CONTRACT = /^lambda\/contract\/(?!schemas\/)/;
const CORE = /^lambda\/core\//;
const ADAPTERS = /^lambda\/(aws|stores)\//;
const CDK = /^(aws-cdk-lib|constructs)(\/|$)/;
const NODE = /^node:/;
const POWERTOOLS = /^@aws-lambda-powertools\//;
/** Types of events only; the package holds no code. */
const EVENT_TYPES = /^aws-lambda$/;

interface Rule {
  readonly files: RegExp;
  readonly mayImport: readonly RegExp[];
}

/** The first rule that fits a file holds for it. Files of one folder may import each other. */
const RULES: readonly Rule[] = [
  { files: /^lambda\/contract\/schemas\//, mayImport: [CONTRACT, /^zod$/] },
  { files: CONTRACT, mayImport: [PLAIN_CONTRACT] },
  { files: CORE, mayImport: [CORE, PLAIN_CONTRACT] },
  { files: /^lambda\/aws\/telemetry\.ts$/, mayImport: [CORE, CONTRACT, POWERTOOLS] },
  {
    files: /^lambda\/(aws|stores)\//,
    mayImport: [CORE, CONTRACT, NODE, /^@aws-sdk\//, /^@smithy\//, /^ioredis$/],
  },
  { files: /^lambda\/\w+\/handler\.ts$/, mayImport: [/./] },
  // The guard for others' functions: the core and a clock.
  {
    files: /^lambda\/breaker\.ts$/,
    mayImport: [CORE, PLAIN_CONTRACT, NODE, /^lambda\/aws\/system-clock\.ts$/],
  },
  {
    files: /^lambda\/(request|admin|worker|sweeper|lifecycle|prober)\//,
    mayImport: [CORE, CONTRACT, NODE, EVENT_TYPES, /^lambda\/http\//],
  },
  // What the handlers are composed of, once for all of them.
  { files: /^lambda\/compose\.ts$/, mayImport: [CORE, CONTRACT, ADAPTERS, /^@aws-sdk\//] },
  { files: /^lambda\/http\//, mayImport: [CONTRACT, EVENT_TYPES] },
  { files: /^lib\//, mayImport: [/^lib\//, CONTRACT, CDK, NODE, /^esbuild$/] },
  { files: /^local\//, mayImport: [/^local\//, CONTRACT, /^(?!lib\/|lambda\/|aws-cdk-lib)/] },
  // It asks AWS what the functions would ask, by the functions' own adapters.
  {
    files: /^doctor\//,
    mayImport: [CORE, CONTRACT, ADAPTERS, NODE, /^@aws-sdk\//, /^@smithy\//, /^zod$/],
  },
  { files: /^bin\//, mayImport: [/^lib\//, /^local\//, /^doctor\//, CONTRACT, CDK, NODE] },
];

interface Source {
  readonly path: string;
  readonly text: string;
}

describe('the architecture', () => {
  const sources = ['bin', 'doctor', 'lambda', 'lib', 'local'].flatMap(sourcesIn);

  test('is read at all', () => {
    const folders = new Set(sources.map(({ path }) => path.split('/')[0]));

    expect(folders).toEqual(new Set(['bin', 'doctor', 'lambda', 'lib', 'local']));
    expect(importsOf({ path: 'lib/a.ts', text: SAMPLE })).toEqual(SAMPLE_IMPORTS);
  });

  test('lets each folder import only what is below it', () => {
    const strays = sources.flatMap((source) => {
      const rule = RULES.find(({ files }) => files.test(source.path));
      if (!rule) return [`${source.path}: no rule for its folder`];
      return importsOf(source)
        .filter((name) => posix.dirname(name) !== posix.dirname(source.path))
        .filter((name) => !rule.mayImport.some((allowed) => allowed.test(name)))
        .map((name) => `${source.path} imports ${name}`);
    });

    expect(strays).toEqual([]);
  });

  test('lets nothing import what can be run, or a test', () => {
    const strays = sources.flatMap((source) =>
      importsOf(source)
        .filter((name) => /^(bin|test)\//.test(name))
        .map((name) => `${source.path} imports ${name}`),
    );

    expect(strays).toEqual([]);
  });

  test('keeps time, chance and the environment out of the core', () => {
    const impure =
      /\b(Date\.now|new Date\(\)|Math\.random|performance\.|process\.|set(Timeout|Interval|Immediate)\(|randomUUID|fetch\(|console\.)/;

    const strays = sources
      .filter(({ path }) => CORE.test(path))
      .flatMap(({ path, text }) =>
        withoutComments(text)
          .split('\n')
          .filter((line) => impure.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      );

    expect(strays).toEqual([]);
  });

  test('names functions of the stack by path alone', () => {
    const strays = sources.filter(
      ({ path, text }) => path.startsWith('lib/') && /from '[^']*handler\.ts'/.test(text),
    );

    expect(strays).toEqual([]);
  });

  test(`keeps files within ${LONGEST_FILE_LINES} lines of code`, () => {
    const tooLong = sources
      .map(({ path, text }) => ({ path, lines: withoutComments(text).match(/\S.*/g)?.length ?? 0 }))
      .filter(({ lines }) => lines > LONGEST_FILE_LINES);

    expect(tooLong).toEqual([]);
  });

  test('has no file whose name says nothing', () => {
    const vague = sources.filter(({ path }) => /(utils?|helpers?|common|manager)\./.test(path));

    expect(vague.map(({ path }) => path)).toEqual([]);
  });
});

function sourcesIn(folder: string): Source[] {
  return readdirSync(PROJECT + folder, { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => /\.(ts|mjs|js)$/.test(path))
    .map((path) => ({ path, text: readFileSync(PROJECT + path, 'utf8') }));
}

/** Paths within the project, or names of packages as they are written. */
function importsOf({ path, text }: Source): string[] {
  const statements =
    /^\s*(?:import|export)\s[^;'"]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  return [...withoutComments(text).matchAll(statements)]
    .map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
    .map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

const SAMPLE = `
import { a } from './a.ts';
import type {
  B,
} from '../lambda/b.ts';
import 'c';
// import 'comment';
/** import 'docs'; */
export { d } from "d/e";
export const text = 'from nowhere';
const f = await import('./f.ts');
`;
const SAMPLE_IMPORTS = ['lib/a.ts', 'lambda/b.ts', 'c', 'd/e', 'lib/f.ts'];
