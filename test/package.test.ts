import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMPILE_CACHE } from '../local/synthesize.ts';

const run = promisify(execFile);
const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const TSC = join(PROJECT, 'node_modules/typescript/bin/tsc');

/** Packages and scopes that npm installs together with the package. */
const DEPENDENCIES = [
  '@aws-lambda-powertools',
  '@aws-sdk',
  '@bomb.sh',
  '@smithy',
  '@types',
  'aws-cdk-lib',
  'commander',
  'constructs',
  'esbuild',
  'image-size',
  'ioredis',
  'zod',
];
const CHECK = '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types node';

/** Node does not strip types below node_modules, so the package must export JavaScript. */
describe('the package, as another project installs it', () => {
  let consumer: string;
  beforeAll(async () => {
    consumer = await mkdtemp(join(tmpdir(), 'holdfast-consumer-'));
    const installed = join(consumer, 'node_modules/holdfast');
    await mkdir(installed, { recursive: true });
    await cp(join(PROJECT, 'package.json'), join(installed, 'package.json'));
    await cp(join(PROJECT, 'bin/holdfast.js'), join(installed, 'bin/holdfast.js'));
    await run(process.execPath, [
      TSC,
      '-p',
      join(PROJECT, 'tsconfig.build.json'),
      '--outDir',
      join(installed, 'dist'),
    ]);
    await run(process.execPath, [
      join(PROJECT, 'bin/build-page.ts'),
      join(installed, 'dist/console/page'),
    ]);
    for (const name of DEPENDENCIES) {
      await symlink(join(PROJECT, 'node_modules', name), join(consumer, 'node_modules', name));
    }
  }, 60_000);
  afterAll(() => rm(consumer, { recursive: true }));

  test('guards a call in plain JavaScript without any other package', async () => {
    await writeFile(
      join(consumer, 'guard.mjs'),
      `import { CircuitOpenError, createBreaker } from 'holdfast/breaker';
       import { MemoryCircuitStore } from 'holdfast/stores/memory';
       const breaker = createBreaker({ store: new MemoryCircuitStore(Date.now) });
       const fails = breaker.wrap('payments', async () => { throw new Error('503'); });
       for (let i = 0; i < 5; i++) await fails().catch(() => {});
       const refusal = await fails().catch((error) => error);
       console.log(refusal instanceof CircuitOpenError, refusal.key);`,
    );

    const { stdout } = await run(process.execPath, ['guard.mjs'], { cwd: consumer });

    expect(stdout).toBe('true payments\n');
  });

  test('brings its types and has an entry point for each store', async () => {
    await writeFile(
      join(consumer, 'stores.mts'),
      `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
       import { type CircuitStore, createBreaker } from 'holdfast/breaker';
       import { DynamoDbCircuitStore } from 'holdfast/stores/dynamodb';
       import { MemoryCircuitStore } from 'holdfast/stores/memory';
       import { RedisCircuitStore } from 'holdfast/stores/redis';
       const stores: CircuitStore[] = [
         new DynamoDbCircuitStore(new DynamoDBClient({}), 'circuits'),
         new MemoryCircuitStore(Date.now),
         new RedisCircuitStore({ eval: async () => [] }),
       ];
       const answers: Promise<string>[] = stores.map((store) =>
         createBreaker({ store, policy: { excessFailures: 3 } }).call('key', async () => 'answer'),
       );
       await Promise.all(answers);`,
    );

    const check = run(process.execPath, [TSC, ...CHECK.split(' '), 'stores.mts'], {
      cwd: consumer,
    });

    await expect(check).resolves.toMatchObject({ stdout: '' });
  });

  test('has the page of the console, so that it needs neither the sources nor a bundler', async () => {
    await writeFile(
      join(consumer, 'page.mjs'),
      `import { createPageLoader } from './node_modules/holdfast/dist/console/server/page.js';
       const page = await createPageLoader()();
       for (const [path, { body }] of page) if (body.length > 0) console.log(path);`,
    );

    const { stdout } = await run(process.execPath, ['page.mjs'], { cwd: consumer });

    const paths = stdout.trim().split('\n');
    expect(paths).toEqual(expect.arrayContaining(['/', '/console/page.css', '/console/page.js']));
  });

  test('starts the console without the CDK', async () => {
    await writeFile(
      join(consumer, 'console.mjs'),
      `import { startConsole } from './node_modules/holdfast/dist/console/server/start-console.js';
       const error = await startConsole({ stack: 'Holdfast' }).catch((reason) => reason);
       console.log(error.message);`,
    );
    const env = { PATH: process.env.PATH, AWS_CONFIG_FILE: '/dev/null' };

    const { stdout } = await run(process.execPath, ['console.mjs'], { cwd: consumer, env });

    expect(stdout).toBe('no AWS region: pass --region, or set AWS_REGION\n');
  });

  test('brings the command, which completes its words and looks for an instance', async () => {
    const command = join(consumer, 'node_modules/holdfast/bin/holdfast.js');
    const env = { PATH: process.env.PATH, XDG_RUNTIME_DIR: consumer };

    const { stdout } = await run(process.execPath, [command, 'complete', '--', 'li'], { env });
    const refusal = run(process.execPath, [command, 'list'], { env });

    expect(stdout).toMatch(/^list\t.*\nlift\t/);
    await expect(refusal).rejects.toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringContaining('--stack NAME: not given'),
    });
  });

  test('deploys from a five-line app, with functions bundled from the package', async () => {
    await writeFile(
      join(consumer, 'app.mts'),
      `import { App, Stack } from 'aws-cdk-lib';
       import { Holdfast } from 'holdfast';
       const targets = [{ region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' }];
       const stack = new Stack(new App(), 'Ours');
       new Holdfast(stack, 'Llm', { settings: { tiers: [{ name: 'only', targets, maxTokens: 512 }] } });`,
    );

    const check = run(process.execPath, [TSC, ...CHECK.split(' '), 'app.mts'], { cwd: consumer });
    await expect(check).resolves.toMatchObject({ stdout: '' });
    // The CDK CLI starts an app like this. CDK's own checks are off because test/lib runs them.
    const env = {
      ...process.env,
      CDK_OUTDIR: join(consumer, 'out'),
      CDK_VALIDATION: 'false',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
    };
    await run(process.execPath, ['app.mts'], { cwd: consumer, env });

    const out = join(consumer, 'out');
    const { Resources } = JSON.parse(await readFile(join(out, 'Ours.template.json'), 'utf8'));
    const types = Object.values<{ Type: string }>(Resources).map(({ Type }) => Type);
    const assets = (await readdir(out)).filter((name) => name.startsWith('asset.'));
    expect(types.filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(6);
    expect(assets).toHaveLength(6);
    for (const asset of assets) {
      const bundle = await readFile(join(out, asset, 'index.mjs'), 'utf8');
      expect(bundle).toMatch(/export\s*\{[^}]*\bhandler\b[^}]*\}/);
    }
  }, 60_000);
});

describe('an install', () => {
  const { packages }: Lockfile = JSON.parse(
    readFileSync(join(PROJECT, 'package-lock.json'), 'utf8'),
  );
  const manifest = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));

  test('of the package in another project brings no Node and no tool of this repository', () => {
    const installed = [...dependenciesOf('', packages)];
    const commands = installed.flatMap((path) => Object.keys(packages[path]?.bin ?? {}));

    expect(installed).toContain('node_modules/zod');
    expect(commands).toEqual(['tab', 'esbuild', 'image-size']);
  });

  test('of this repository brings the same version of Node on every platform that has one', () => {
    const nodes = Object.entries(packages).filter(([, { bin }]) => bin?.node !== undefined);

    expect(nodes.length).toBeGreaterThan(1);
    expect(new Set(nodes.map(([, { version }]) => version)).size).toBe(1);
  });

  test('of this repository runs no install script of a dependency', () => {
    const withScript = Object.entries(packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => [path.replace(/^.*node_modules\//, ''), false]);

    expect(manifest.allowScripts).toEqual(Object.fromEntries(withScript));
  });
});

interface Locked {
  readonly version?: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, Locked>>;
}

/** The paths of all packages that npm installs because `path` needs them, however indirectly. */
function dependenciesOf(
  path: string,
  packages: Lockfile['packages'],
  found = new Set<string>(),
): ReadonlySet<string> {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
    packages[path] ?? {};
  const peers = Object.keys(peerDependencies ?? {}).filter(
    (name) => !peerDependenciesMeta?.[name]?.optional,
  );
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
    const dependency = nearest(name, path, packages);
    if (found.has(dependency)) continue;
    found.add(dependency);
    dependenciesOf(dependency, packages, found);
  }
  return found;
}

/** Looks for a package as Node does: in the importer's own node_modules, then in those above it. */
function nearest(name: string, from: string, packages: Lockfile['packages']): string {
  const own = posix.join(from, 'node_modules', name);
  if (from === '' || packages[own]) return own;
  return nearest(name, from.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ''), packages);
}
