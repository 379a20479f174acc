import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

/**
 * Checks the imports between folders, the absence of cycles and the purity of the core. It reads the
 * text of every source file, so it covers type imports too.
 */
const PROJECT = fileURLToPath(new URL('../', import.meta.url));
/** The most lines that a file may have. Comments and blank lines do not count. */
const LONGEST_FILE_LINES = 200;

const CONTRACT = /^lambda\/contract\//;
/** The part of the contract that does not load zod, which would lengthen a cold start. */
const PLAIN_CONTRACT = /^lambda\/contract\/(?!schemas\/)/;
const CORE = /^lambda\/core\//;
const ADAPTERS = /^lambda\/(aws|stores)\//;
const CDK = /^(aws-cdk-lib|constructs)(\/|$)/;
const NODE = /^node:/;
const POWERTOOLS = /^@aws-lambda-powertools\//;
/** This package contains only the types of Lambda events. */
const EVENT_TYPES = /^aws-lambda$/;

interface Rule {
  readonly files: RegExp;
  readonly mayImport: readonly RegExp[];
}

/** The first rule that matches a file applies. Files of one folder may import each other. */
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
  // The breaker for functions outside of Holdfast may import these two adapters and no others.
  {
    files: /^lambda\/breaker\.ts$/,
    mayImport: [
      CORE,
      PLAIN_CONTRACT,
      NODE,
      /^lambda\/aws\/system-clock\.ts$/,
      /^lambda\/stores\/memory-circuit-store\.ts$/,
    ],
  },
  // The sizes of images are read by a library.
  {
    files: /^lambda\/request\/check-media\.ts$/,
    mayImport: [CONTRACT, /^image-size$/],
  },
  {
    files: /^lambda\/(request|status|admin|worker|sweeper|lifecycle|prober)\//,
    mayImport: [CORE, CONTRACT, NODE, EVENT_TYPES, /^lambda\/http\//],
  },
  // The composition that all handlers share.
  { files: /^lambda\/compose\.ts$/, mayImport: [CORE, CONTRACT, ADAPTERS, /^@aws-sdk\//] },
  { files: /^lambda\/http\//, mayImport: [CORE, CONTRACT, NODE, EVENT_TYPES] },
  { files: /^lib\//, mayImport: [/^lib\//, CONTRACT, CDK, NODE, /^esbuild$/] },
  { files: /^local\//, mayImport: [/^local\//, CONTRACT, /^(?!lib\/|lambda\/|aws-cdk-lib)/] },
  // The doctor calls AWS as the functions do, through the same adapters.
  {
    files: /^doctor\//,
    mayImport: [CORE, CONTRACT, ADAPTERS, NODE, /^@aws-sdk\//, /^@smithy\//, /^zod$/],
  },
  // The client runs in browsers too. Its types come from the API's document.
  { files: /^client\//, mayImport: [PLAIN_CONTRACT] },
  { files: /^console\/contract\//, mayImport: [CONTRACT] },
  {
    files: /^console\/src\//,
    mayImport: [/^console\/(src|contract)\//, /^client\//, PLAIN_CONTRACT, /^preact(\/|$)/],
  },
  {
    files: /^console\/server\//,
    mayImport: [
      /^console\/(server|contract)\//,
      /^client\//,
      CONTRACT,
      NODE,
      /^@aws-sdk\//,
      /^@smithy\//,
      /^esbuild$/,
      // The SDK's request signatures need it.
      /^lambda\/aws\/sha256\.ts$/,
      /^doctor\/credentials-errors\.ts$/,
    ],
  },
  {
    files: /^cli\//,
    mayImport: [
      /^cli\//,
      /^client\//,
      /^console\/server\//,
      /^doctor\//,
      /^lib\/settings-file\.ts$/,
      // A plan computes with the same rules as the workers.
      /^lambda\/core\/admission\//,
      CONTRACT,
      NODE,
      /^commander$/,
      /^@bomb\.sh\/tab/,
      /^@aws-sdk\//,
      /^@smithy\//,
    ],
  },
  {
    files: /^bin\//,
    mayImport: [
      /^tools\/node\/check-version\.js$/,
      /^lib\//,
      /^local\//,
      /^doctor\//,
      /^cli\//,
      /^console\/server\//,
      CONTRACT,
      CDK,
      NODE,
    ],
  },
];

interface Source {
  readonly path: string;
  readonly text: string;
}

const FOLDERS = ['bin', 'cli', 'client', 'console', 'doctor', 'lambda', 'lib', 'local'];

describe('the architecture', () => {
  const sources = FOLDERS.flatMap(sourcesIn);

  test('is read from the sources of every folder', () => {
    const folders = new Set(sources.map(({ path }) => path.split('/')[0]));

    expect(folders).toEqual(new Set(FOLDERS));
    expect(importsOf({ path: 'lib/a.ts', text: SAMPLE })).toEqual(SAMPLE_IMPORTS);
  });

  test('lets each folder import only the folders that its rule names', () => {
    const strays = sources.flatMap((source) => {
      const rule = RULES.find(({ files }) => files.test(source.path));
      if (!rule) return [`${source.path}: its folder has no rule`];
      return importsOf(source)
        .filter((name) => posix.dirname(name) !== posix.dirname(source.path))
        .filter((name) => !rule.mayImport.some((allowed) => allowed.test(name)))
        .map((name) => `${source.path} imports ${name}`);
    });

    expect(strays).toEqual([]);
  });

  test('lets no file import a command or a test', () => {
    const strays = sources.flatMap((source) =>
      importsOf(source)
        .filter((name) => /^(bin|test)\//.test(name))
        .map((name) => `${source.path} imports ${name}`),
    );

    expect(strays).toEqual([]);
  });

  test('has no import cycle, not even one of types', () => {
    expect(cyclesIn([...sources, ...sourcesIn('examples')])).toEqual([]);
  });

  test('would report a cycle with its path', () => {
    const cyclic = [
      { path: 'lib/a.ts', text: "import './b.ts';" },
      { path: 'lib/b.ts', text: "import type { C } from './c.ts';\nimport './d.ts';" },
      { path: 'lib/c.ts', text: "export { b } from './b.ts';" },
      { path: 'lib/d.ts', text: "import 'constructs';" },
    ];

    expect(cyclesIn(cyclic)).toEqual(['lib/b.ts → lib/c.ts → lib/b.ts']);
    expect(cyclesIn(cyclic.filter(({ path }) => path !== 'lib/c.ts'))).toEqual([]);
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

  test('lets lib name the handlers only by path', () => {
    const strays = sources.filter(
      ({ path, text }) => path.startsWith('lib/') && /from '[^']*handler\.ts'/.test(text),
    );

    expect(strays).toEqual([]);
  });

  test(`keeps files within ${LONGEST_FILE_LINES} lines of code`, () => {
    const tooLong = sources
      .map(({ path, text }) => ({ path, lines: withoutComments(text).match(/\S.*/g)?.length ?? 0 }))
      // A program writes the types of the client.
      .filter(({ path, lines }) => lines > LONGEST_FILE_LINES && path !== 'client/openapi.ts');

    expect(tooLong).toEqual([]);
  });

  test('has no file with a vague name', () => {
    const vague = sources.filter(({ path }) => /(utils?|helpers?|common|manager)\./.test(path));

    expect(vague.map(({ path }) => path)).toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  test('names every top-level folder in its table', () => {
    const ignored = readFileSync(`${PROJECT}.gitignore`, 'utf8').split('\n');
    const folders = readdirSync(PROJECT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !ignored.includes(`${entry.name}/`))
      .map(({ name }) => name)
      .filter((name) => name === '.ci' || !name.startsWith('.'));
    const table = readFileSync(`${PROJECT}CONTRIBUTING.md`, 'utf8').match(/^\| `.*/gm) ?? [];
    const named = table.flatMap((row) => [
      ...row
        .split('|', 2)
        .join('')
        .matchAll(/`(\.?\w+)\//g),
    ]);

    expect(new Set(named.map(([, name]) => name))).toEqual(new Set(folders));
  });
});

/** Returns each import cycle as the path that leads from a file back to itself. */
function cyclesIn(sources: readonly Source[]): string[] {
  const imports = new Map(sources.map((source) => [source.path, importsOf(source)]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, importers: readonly string[]): void => {
    const start = importers.indexOf(path);
    if (start >= 0) cycles.push([...importers.slice(start), path].join(' → '));
    if (start >= 0 || done.has(path)) return;
    for (const imported of imports.get(path) ?? []) visit(imported, [...importers, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}

function sourcesIn(folder: string): Source[] {
  return readdirSync(PROJECT + folder, { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => /\.(tsx?|mjs|js)$/.test(path))
    .map((path) => ({ path, text: readFileSync(PROJECT + path, 'utf8') }));
}

/** Returns the path of each imported file within the project, and the name of each package. */
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
