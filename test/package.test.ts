import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const run = promisify(execFile);
const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const TSC = join(PROJECT, 'node_modules/typescript/bin/tsc');

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
    for (const peer of ['@aws-sdk', '@types', 'ioredis']) {
      await symlink(join(PROJECT, 'node_modules', peer), join(consumer, 'node_modules', peer));
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
    const flags = '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types node';

    const check = run(process.execPath, [TSC, ...flags.split(' '), 'stores.mts'], {
      cwd: consumer,
    });

    await expect(check).resolves.toMatchObject({ stdout: '' });
  });
});
