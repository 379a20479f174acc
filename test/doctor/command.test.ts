import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type FakeBedrock, startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { runDoctor } from '../support/doctor-command.ts';
import { someSettings } from '../support/settings.ts';
import { BOOTSTRAPPED, type FakeAccount, startFakeAccount } from './fake-account.ts';

/** The document that docs/doctor.md describes for `--json`. No other field is allowed. */
const about = { check: z.string(), subject: z.string(), found: z.string() };
const document = z.strictObject({
  healthy: z.boolean(),
  findings: z.array(
    z.discriminatedUnion('level', [
      z.strictObject({ ...about, level: z.literal('good') }),
      z.strictObject({ ...about, level: z.enum(['warning', 'bad']), fix: z.string() }),
    ]),
  ),
});

describe('holdfast doctor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
  let bedrock: FakeBedrock;
  let account: FakeAccount;
  beforeAll(async () => {
    [bedrock, account] = await Promise.all([startFakeBedrock(), startFakeAccount()]);
  });
  beforeEach(() => account.set({}));
  afterEach(() => bedrock.clearFaults());
  afterAll(async () => {
    await Promise.all([bedrock.stop(), account.stop()]);
    rmSync(folder, { recursive: true });
  });

  test('runs every check and exits with 0 when nothing is bad', async () => {
    const { exitCode, output } = await run(['doctor']);
    for (const check of CHECKS) expect(output).toMatch(new RegExp(`^. \\w+ +${check}: `, 'm'));
    expect(output).toMatch(/\n\d+ ok, \d+ to look at, 0 bad\n$/);
    expect(exitCode).toBe(0);
  });

  test('exits with 1 and prints one document with the fix when one model is denied', async () => {
    bedrock.setFault({ fault: 'access-denied', model: '*haiku*', region: 'us-west-2' });
    const { exitCode, output } = await run(['doctor', '--json']);
    const { healthy, findings } = document.parse(JSON.parse(output));
    expect(healthy).toBe(false);
    expect(findings.filter(({ level }) => level === 'bad')).toMatchObject([
      { check: 'model', found: 'the call failed with AccessDeniedException (config)' },
    ]);
    expect(exitCode).toBe(1);
  });

  test('exits with 1 when every model is busy, because nothing would be served', async () => {
    bedrock.setFault({ fault: 'throttle-minute' });
    const { exitCode, output } = await run(['doctor']);
    expect(output).toMatch(/^! warn model: .* \(quota-minute\)$/m);
    expect(output).toMatch(/^✗ BAD {2}model: chain default: no target answers/m);
    expect(output).toMatch(/, 1 bad\n$/);
    expect(exitCode).toBe(1);
  });

  test('also checks the deployed stack with --stack', async () => {
    const outputs = { ApiUrl: 'http://127.0.0.1:9/v1/', SettingsParameterName: 'Settings' };
    const parameters = { ...BOOTSTRAPPED.parameters, Settings: '{' };
    account.set({ stack: { status: 'UPDATE_COMPLETE', outputs }, parameters });
    const { exitCode, output } = await run(['doctor', '--stack', 'Holdfast']);
    expect(output).toContain('✓ ok   stack: Holdfast: UPDATE_COMPLETE\n');
    expect(output).toContain('✗ BAD  parameter: Settings: the value is not JSON\n');
    expect(exitCode).toBe(1);
  });

  test('checks the concurrency that the deploy will reserve', async () => {
    const { exitCode, output } = await run(['doctor', '--status-concurrency', '901']);
    expect(output).toMatch(
      /^✗ BAD {2}concurrency: us-east-1: the quota is 1000 .*901 are reserved/m,
    );
    expect(exitCode).toBe(1);
  });

  test('stops a deploy whose access logs the account would refuse', async () => {
    account.set({ gatewayLogRole: undefined });
    const { exitCode, output } = await run(['doctor']);
    expect(output).toMatch(
      /^✗ BAD {2}access-logs: us-east-1: API Gateway has no role .*deploy fails$/m,
    );
    expect(exitCode).toBe(1);

    const asked = await run(['doctor', '--gateway-log-role']);
    expect(asked.output).toMatch(/^✓ ok {3}access-logs: .*the deploy makes one$/m);
    expect(asked.exitCode).toBe(0);
  });

  test('stops a deploy whose Redis secret does not exist', async () => {
    const redisSecretArn = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:redis-AbCdEf';
    const file = join(folder, 'redis.json');
    const breaker = { store: 'redis', redisUrl: 'rediss://host', redisSecretArn } as const;
    writeFileSync(file, JSON.stringify({ chains: someSettings().chains, breaker }));
    const { exitCode, output } = await run(['doctor', '-c', file]);
    expect(output).toContain(`✗ BAD  redis-secret: ${redisSecretArn}: the secret does not exist\n`);
    expect(exitCode).toBe(1);
  });

  test('reports missing credentials once, and sends no other request', async () => {
    bedrock.resetLog();
    const { exitCode, output } = await run(['doctor'], { AWS_ACCESS_KEY_ID: '' });
    expect(output).toMatch(
      /^✗ BAD {2}credentials: caller: no valid credentials: CredentialsProviderError$/m,
    );
    expect(output).toMatch(/, 1 bad\n$/);
    expect(bedrock.calls()).toEqual([]);
    expect(exitCode).toBe(1);
  });

  test('reports invalid settings with the field, the value and what is allowed', async () => {
    const file = join(folder, 'wrong.json');
    writeFileSync(file, JSON.stringify({ ...someSettings(), jobs: { maxAttempts: 0 } }));
    const { exitCode, output } = await run(['doctor', '--json', '-c', file]);
    const { findings } = document.parse(JSON.parse(output));
    expect(findings).toMatchObject([{ check: 'settings', level: 'bad', subject: file }]);
    expect(findings[0]?.found).toMatch(/^jobs\.maxAttempts: got 0, allowed is /);
    expect(exitCode).toBe(1);
  });

  test('checks only the fake Bedrock with --bedrock-endpoint, without credentials', async () => {
    const args = ['doctor', '--bedrock-endpoint', bedrock.url];
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: '' };
    const { exitCode, output } = await run(args, env);
    expect(output).toContain('✓ ok   model: ');
    expect(output).not.toMatch(/credentials|bootstrap|quota/);
    expect(exitCode).toBe(0);
  });

  test('exits with 2 and one line when the command line is not valid', async () => {
    const { exitCode, output, errors } = await run(['doctor', '--nonsense']);
    expect(errors).toBe("unknown option '--nonsense'; --help tells more\n");
    expect(output).toBe('');
    expect(exitCode).toBe(2);
  });

  function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return runDoctor(args, {
      AWS_ENDPOINT_URL: account.url,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.url,
      AWS_ENDPOINT_URL_BEDROCK: bedrock.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...env,
    });
  }
});

const CHECKS = [
  'node',
  'output-limit',
  'region',
  'credentials',
  'bootstrap',
  'access-logs',
  'model',
  'lifecycle',
  'quota',
  'concurrency',
];
