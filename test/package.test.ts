import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const run = promisify(execFile);
const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const TSC = join(PROJECT, 'node_modules/typescript/bin/tsc');

/** Packages and scopes that npm would install beside it. */
const DEPENDENCIES = [
  ...['@aws-lambda-powertools', '@aws-sdk', '@smithy', '@types'],
  ...['aws-cdk-lib', 'constructs', 'esbuild', 'ioredis', 'zod'],
];
const CHECK = '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types node';

/** Node refuses to strip types below node_modules, so what is exported has to be JavaScript. */
describe('the package, as another project installs it', () => {
  let consumer: string;
  beforeAll(async () => {
    consumer = await mkdtemp(join(tmpdir(), 'holdfast-consumer-'));
    const installed = join(consumer, 'node_modules/holdfast');
    await mkdir(installed, { recursive: true });
    await cp(join(PROJECT, 'package.json'), join(installed, 'package.json'));
    await run(process.execPath, [
      ...[TSC, '-p', join(PROJECT, 'tsconfig.build.json')],
      ...['--outDir', join(installed, 'dist')],
    ]);
    for (const name of DEPENDENCIES) {
      await symlink(join(PROJECT, 'node_modules', name), join(consumer, 'node_modules', name));
    }
  }, 60_000);
  afterAll(() => rm(consumer, { recursive: true }));

  test('guards a call in plain JavaScript, without any dependency of ours', async () => {
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

  test('brings its types, and each store under its own name', async () => {
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

  test('stands in an app of its own in five lines, with its functions bundled from the package', async () => {
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
    // As the CDK's CLI calls an app, without CDK's own checks: test/lib runs them.
    const env = { ...process.env, CDK_OUTDIR: join(consumer, 'out'), CDK_VALIDATION: 'false' };
    await run(process.execPath, ['app.mts'], { cwd: consumer, env });

    const out = join(consumer, 'out');
    const { Resources } = JSON.parse(await readFile(join(out, 'Ours.template.json'), 'utf8'));
    const types = Object.values<{ Type: string }>(Resources).map(({ Type }) => Type);
    const assets = (await readdir(out)).filter((name) => name.startsWith('asset.'));
    expect(types.filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(5);
    expect(assets).toHaveLength(5);
    for (const asset of assets) {
      const bundle = await readFile(join(out, asset, 'index.mjs'), 'utf8');
      expect(bundle).toMatch(/export\s*\{[^}]*\bhandler\b[^}]*\}/);
    }
  }, 60_000);
});
