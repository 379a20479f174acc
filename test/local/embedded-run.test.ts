import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type EmbeddedRunOptions, startEmbeddedRun } from '../../local/embedded-run.ts';
import { type AssemblyParts, anAssembly, aRole, type Resources } from './support/assembly.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const allow = (Action: string[], Resource: unknown) => ({ Effect: 'Allow', Action, Resource });

/** Sends the body of a request to the queue, in the protocol of SQS. */
const REQUEST = `
export const handler = async ({ body, requestContext }) => {
  const answer = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessage',
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/x/x/x/x',
    },
    body: JSON.stringify({ QueueUrl: process.env.QUEUE_URL, MessageBody: body }),
  });
  return { statusCode: answer.status, body: requestContext.identity.apiKeyId };
};`;

const WORKER = `
export const handler = async ({ Records }) => {
  for (const { body } of Records) console.log('worked on ' + body);
};`;

function smallStack(): Resources {
  return {
    Role: aRole(
      allow(['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'], arn('Jobs')),
      allow(['sqs:GetQueueAttributes'], arn('Jobs')),
    ),
    Jobs: { Type: 'AWS::SQS::Queue' },
    Source: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: arn('Jobs'), FunctionName: { Ref: 'Worker' } },
    },
    Api: { Type: 'AWS::ApiGateway::RestApi' },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
    },
    Post: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        HttpMethod: 'POST',
        AuthorizationType: 'NONE',
        Integration: {
          Type: 'AWS_PROXY',
          Uri: {
            'Fn::Join': [
              '',
              [
                'arn:aws:apigateway:x:lambda:path/2015-03-31/functions/',
                arn('Request'),
                '/invocations',
              ],
            ],
          },
        },
      },
    },
  };
}

const OUTPUTS = {
  ApiUrl: {
    Value: {
      'Fn::Join': [
        '',
        ['https://', { Ref: 'Api' }, '.execute-api.', { Ref: 'AWS::Region' }, '.amazonaws.com/v1/'],
      ],
    },
  },
};

async function start(options: Partial<EmbeddedRunOptions> = {}, parts: AssemblyParts = {}) {
  const lines: string[] = [];
  const assemblyDir = anAssembly({
    code: { Request: REQUEST, Worker: WORKER },
    functionProperties: {
      Request: { Environment: { Variables: { QUEUE_URL: { Ref: 'Jobs' } } } },
    },
    resources: smallStack(),
    outputs: OUTPUTS,
    ...parts,
  });
  const run = await startEmbeddedRun({
    assemblyDir,
    port: 0,
    onLog: (name, line) => lines.push(`${name}: ${line}`),
    ...options,
  });
  cleanups.push(run.stop);
  return { run, lines };
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`did not become true in 10 s: ${condition}`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a running stack', () => {
  test('carries a request through the API, a function, the queue and the next function', async () => {
    const { run, lines } = await start();

    const answer = await fetch(run.apiUrl, { method: 'POST', body: 'job 1' });

    expect(answer.status).toBe(200);
    await eventually(() => lines.includes('Holdfast-Worker: worked on job 1'));
    await eventually(async () => (await run.queueDepth('Jobs')).inFlight === 0);
    expect(run.denied()).toEqual([]);
  });

  test('denies an action that the role of a function does not grant, and lists the denial', async () => {
    const resources = smallStack();
    const { run } = await start(
      {},
      {
        resources: {
          ...resources,
          Role: aRole(
            allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], '*'),
          ),
        },
      },
    );

    expect((await fetch(run.apiUrl, { method: 'POST', body: 'job' })).status).toBe(403);
    expect(run.denied()).toEqual([
      expect.stringContaining('Holdfast-Request is not authorized to perform: sqs:SendMessage'),
    ]);
  });

  test('throttles invocations beyond the concurrency of the account', async () => {
    const hangs = `export const handler = () => { console.log('began'); return new Promise(() => {}); };`;
    const { run, lines } = await start(
      { concurrency: 1 },
      { code: { Request: hangs, Worker: WORKER } },
    );
    const first = fetch(run.apiUrl, { method: 'POST', body: 'job' }).catch(() => undefined);
    await eventually(() => lines.includes('Holdfast-Request: began'));

    const second = await fetch(run.apiUrl, { method: 'POST', body: 'job' });
    const worker = run.functions.find(({ name }) => name === 'Holdfast-Worker');

    expect(second.status).toBe(500);
    expect(await worker?.invoke('{"Records":[]}')).toEqual({ outcome: 'throttled' });
    await run.stop();
    await first;
  });

  test('replaces the address on AWS in the outputs with the local one', async () => {
    const { run } = await start();

    expect(run.outputs).toEqual({ ApiUrl: `${run.apiUrl}/` });
  });

  test('gives its functions the Bedrock endpoint of its options', async () => {
    const code = { Request: 'export const handler = () => process.env;', Worker: WORKER };
    const { run } = await start({ bedrockEndpoint: 'http://127.0.0.1:9' }, { code });
    const request = run.functions.find(({ name }) => name === 'Holdfast-Request');

    expect(await request?.invoke('{}')).toMatchObject({
      payload: expect.stringContaining('"AWS_ENDPOINT_URL_BEDROCK_RUNTIME":"http://127.0.0.1:9"'),
    });
    expect(run.bedrock).toBeUndefined();
  });

  test('ends all its processes and frees its port when it stops', async () => {
    const { run } = await start();
    await fetch(run.apiUrl, { method: 'POST', body: 'job' });
    const pids = run.functions.flatMap(({ sandboxes }) => sandboxes);

    await run.stop();

    expect(pids.length).toBeGreaterThan(0);
    await eventually(() => !pids.some(isAlive));
    await expect(fetch(run.apiUrl)).rejects.toThrow();
  });
});

test('takes another port when its own is busy, and warns', async () => {
  const busy = createServer();
  const port = await new Promise<number>((resolve) => {
    busy.listen(0, '127.0.0.1', () => {
      const address = busy.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
  cleanups.push(() => new Promise((resolve) => busy.close(resolve)));

  const { run } = await start({ port });

  const taken = Number(new URL(run.apiUrl).port);
  expect(taken).toBeGreaterThan(port);
  expect(run.warnings).toEqual([
    expect.stringContaining(`port ${port} is busy, so the API listens on port ${taken}.`),
  ]);
});

test('a mapping whose role may not receive messages stops the start', async () => {
  const resources = { ...smallStack(), Role: aRole(allow(['sqs:SendMessage'], '*')) };

  await expect(start({}, { resources })).rejects.toThrow(
    /event source mapping refused: .*sqs:ReceiveMessage/,
  );
});

test('sandboxes end when the main process is killed', async () => {
  const script = `
    import { startEmbeddedRun } from './local/embedded-run.ts';
    const run = await startEmbeddedRun({ assemblyDir: process.argv[1], port: 0 });
    const [hanging] = run.functions;
    void hanging.invoke('{}');
    setInterval(() => { if (hanging.sandboxes.length) console.log(hanging.sandboxes[0]); }, 20);`;
  const dir = anAssembly({
    code: { Worker: WORKER, Request: 'export const handler = () => new Promise(() => {});' },
    resources: smallStack(),
  });
  const args = ['--input-type=module', '--eval', script, dir];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (line) => resolve(Number(String(line).split('\n')[0])));
  });
  expect(isAlive(pid)).toBe(true);

  parent.kill('SIGKILL');

  await eventually(() => !isAlive(pid));
}, 20_000);
