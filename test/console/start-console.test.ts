import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Snapshot } from '../../console/contract/snapshot.ts';
import { listenOnLoopback } from '../../console/server/loopback.ts';
import { ConnectionError, type StackOptions } from '../../console/server/stack-connection.ts';
import { type StartedConsole, startConsole } from '../../console/server/start-console.ts';
import { type AccountState, type FakeAccount, startFakeAccount } from '../doctor/fake-account.ts';
import '../support/errors-of-one-realm.ts';
import { someSettings } from '../support/settings.ts';

const OUTPUTS = {
  ApiUrl: 'http://127.0.0.1:1/v1/',
  ApiKeyId: 'key-id',
  SettingsParameterName: 'Settings',
  EventBusName: 'Holdfast',
};
const DEPLOYED: Partial<AccountState> = {
  stack: { status: 'CREATE_COMPLETE', outputs: OUTPUTS },
  parameters: { Settings: JSON.stringify(someSettings({ tenants: { 'key-id': 'ours' } })) },
  apiKeys: { 'key-id': 'the-value' },
};

describe('the console of a deployed stack', () => {
  let account: FakeAccount;
  let started: StartedConsole | undefined;
  const environment = { ...process.env };

  beforeAll(async () => {
    account = await startFakeAccount();
  });
  beforeEach(() => {
    account.set(DEPLOYED);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: account.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
      AWS_MAX_ATTEMPTS: '1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });
  afterEach(async () => {
    await started?.stop();
    started = undefined;
    for (const name of Object.keys(process.env)) if (/^AWS_/.test(name)) delete process.env[name];
    Object.assign(process.env, environment);
  });
  afterAll(() => account.stop());

  async function start(options: Partial<StackOptions> = {}): Promise<StartedConsole> {
    started = await startConsole({ stack: 'Holdfast', port: 0, ...options });
    return started;
  }

  async function snapshotOf({ url }: StartedConsole): Promise<Snapshot> {
    const [address, token = ''] = url.split('/#token=');
    const headers = { 'x-console-token': token };
    const response = await fetch(`${address}/console/snapshot`, { headers });
    return (await response.json()) as Snapshot;
  }

  test('names the account, the region, the tenant of the key and the chains', async () => {
    const { instance, warnings } = await start();

    expect(instance).toMatchObject({
      kind: 'deployed',
      stack: 'Holdfast',
      region: 'eu-west-1',
      account: '123456789012',
      apiUrl: 'http://127.0.0.1:1/v1',
      tenants: ['ours'],
      updates: 'poll',
      pollSeconds: 5,
    });
    expect(instance.chains[0]?.tiers.map(({ tier }) => tier)).toEqual([
      'primary',
      'secondary',
      'last-resort',
    ]);
    expect(warnings).toEqual([]);
  });

  test('has a new token at each start, in the fragment of its address only', async () => {
    const first = (await start()).url;
    await started?.stop();
    const second = (await start()).url;

    const pattern = /^http:\/\/127\.0\.0\.1:\d+\/#token=([\w-]{43})$/;
    expect(first).toMatch(pattern);
    expect(pattern.exec(second)?.[1]).not.toBe(pattern.exec(first)?.[1]);
    const [address = ''] = second.split('/#');
    expect((await fetch(`${address}/console/snapshot`)).status).toBe(401);
    expect((await fetch(address)).status).toBe(200);
  });

  test('shows the parts that it can read, and which right each other part lacks', async () => {
    const gone = await listenOnLoopback(0);
    await gone.close();
    const outputs = {
      ...OUTPUTS,
      ApiUrl: `${gone.url}/v1`,
      JobsQueueUrl: `${account.url}/jobs`,
      DeadLetterQueueUrl: `${account.url}/dead`,
    };
    account.set({
      ...DEPLOYED,
      stack: { status: 'CREATE_COMPLETE', outputs },
      deadLetters: 3,
      faults: { GetMetricData: { status: 400, code: 'AccessDeniedException' } },
    });

    const { problems, ...snapshot } = await snapshotOf(await start());

    expect(snapshot.queues?.value).toEqual({ queued: 3, running: 0, deferred: 0, deadLetters: 3 });
    expect(problems).toEqual([
      'health: not reachable (ECONNREFUSED)',
      'series: your user or role lacks the right cloudwatch:GetMetricData (AccessDeniedException)',
    ]);
  });

  test('works without the settings and without a key, and warns what is missing', async () => {
    account.set({
      ...DEPLOYED,
      faults: {
        GetParameter: { status: 400, code: 'AccessDeniedException' },
        GetApiKey: { status: 403, code: 'AccessDeniedException' },
      },
    });

    const { instance, warnings } = await start();

    expect(instance).toMatchObject({ chains: [], tenants: [] });
    expect([...warnings].sort()).toEqual([
      'your user or role lacks the right apigateway:GET (AccessDeniedException); set HOLDFAST_API_KEY to submit jobs',
      'your user or role lacks the right ssm:GetParameter (AccessDeniedException); the chains are not shown',
    ]);
  });

  test('uses the key that it is given, and then needs no right to read one', async () => {
    account.set({
      ...DEPLOYED,
      faults: { GetApiKey: { status: 403, code: 'AccessDeniedException' } },
    });

    const { instance, warnings } = await start({ apiKey: 'given' });

    expect(instance.tenants).toEqual(['HOLDFAST_API_KEY']);
    expect(warnings).toEqual([]);
  });

  test.each([
    [
      'a stack that does not exist',
      { stack: undefined },
      'not-found',
      'no stack Holdfast in account 123456789012, region eu-west-1: check --stack, --region and --profile',
    ],
    [
      'a stack of another kind',
      { stack: { status: 'CREATE_COMPLETE', outputs: {} } },
      'not-found',
      'the stack Holdfast is no Holdfast stack: it has no output ApiUrl',
    ],
    [
      'expired credentials',
      { faults: { GetCallerIdentity: { status: 403, code: 'ExpiredToken' } } },
      'refused',
      'no valid credentials (ExpiredToken): log in again with `aws sso login`, or choose a profile',
    ],
    [
      'a missing right',
      { faults: { DescribeStacks: { status: 403, code: 'AccessDenied' } } },
      'refused',
      'your user or role lacks the right cloudformation:DescribeStacks (AccessDenied)',
    ],
    [
      'a network that drops connections',
      { faults: { DescribeStacks: 'reset' } },
      'unreachable',
      'not reachable (ECONNRESET)',
    ],
  ] as const)(
    'does not start with %s, and says so in one line',
    async (_, state, kind, message) => {
      account.set({ ...DEPLOYED, ...state });

      const error = await start().catch((reason: unknown) => reason);

      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ kind, message });
    },
  );

  test('does not start without a region or without credentials', async () => {
    delete process.env.AWS_REGION;
    await expect(start()).rejects.toMatchObject({
      kind: 'usage',
      message: 'no AWS region: pass --region, or set AWS_REGION',
    });

    delete process.env.AWS_ACCESS_KEY_ID;
    await expect(start({ region: 'us-east-1' })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^no valid credentials \(CredentialsProviderError\)/),
    });
  });

  test('takes the next free port, and says so', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);

    const second = await startConsole({ stack: 'Holdfast', port });
    await second.stop();

    const taken = Number(new URL(second.url).port);
    expect(taken).toBeGreaterThan(port);
    expect(second.warnings).toEqual([`port ${port} is busy, so ${taken} is used`]);
  });
});
