/**
 * The handlers with all their adapters, over a fake AWS: what a use case alone cannot show, such as
 * the time that it gets and the writes that it leaves behind when Lambda freezes the sandbox.
 */

import { marshall } from '@aws-sdk/util-dynamodb';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { userMessage } from '../lambda/contract/conversation.ts';
import { ENV } from '../lambda/contract/env.ts';
import type { Job } from '../lambda/core/jobs/job.ts';
import { HANDLERS, type HandlerName } from '../lib/bundle.ts';
import { anApiEvent } from './support/api-event.ts';
import { captureOutput } from './support/captured-output.ts';
import { type AwsAnswer, type AwsRequest, DENIED, FakeAws, Refusal } from './support/fake-aws.ts';
import { aJob, aRunningJob, JOB_ID } from './support/job-builders.ts';
import { someSettings } from './support/settings.ts';
import { frame } from './support/stream-server.ts';
import './support/errors-of-one-realm.ts';

const SETTINGS = someSettings({ probe: { enabled: true } });
const TARGET = 'us-east-1/anthropic.primary';
/** A time left that is enough for everything that a function does. */
const AMPLE_MS = 900_000;

let aws: FakeAws;
let before: NodeJS.ProcessEnv;
let lines: readonly string[];
let sandboxes = 0;

beforeAll(async () => {
  aws = await FakeAws.start();
  before = process.env;
  process.env = {
    ...before,
    ...Object.fromEntries(Object.values(ENV).map((name) => [name, `the-${name}`])),
    ...aws.environment,
    [ENV.longestWaitSeconds]: '5',
    [ENV.debugShare]: '0',
    POWERTOOLS_SERVICE_NAME: 'Holdfast',
  };
  // A bundle has the file that this module reads beside it; the sources do not.
  jest.unstable_mockModule('../lambda/aws/deployed-settings.ts', () => ({
    readDeployedSettings: () => SETTINGS,
  }));
});
afterAll(async () => {
  process.env = before;
  await aws.close();
});

beforeEach(() => {
  lines = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Invokes a function in a new sandbox, with so much time left. */
async function invoke(name: HandlerName, event: unknown = {}, remainingMs = AMPLE_MS) {
  const { handler } = await import(`../lambda/${name}/handler.ts?sandbox=${++sandboxes}`);
  return handler(event, {
    awsRequestId: `call-of-${name}`,
    getRemainingTimeInMillis: () => remainingMs,
  });
}

/** Returns the log lines and the metrics so far. */
const written = () => lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));

/** Answers all requests with success, and the reading of the parameter with the settings. */
function serve(respond: (request: AwsRequest) => AwsAnswer | Promise<AwsAnswer> | undefined) {
  aws.answer((request) => {
    if (request.operation !== 'GetParameter') return respond(request);
    return { Parameter: { Value: JSON.stringify(SETTINGS) } };
  });
}

/**
 * Invokes a function, and holds back the response to its writes of one kind. Returns true if the
 * function ends before such a write has arrived, so that Lambda would freeze it in the meantime.
 */
async function endsBefore(
  name: HandlerName,
  event: unknown,
  isHeld: (request: AwsRequest) => boolean,
  respond: (request: AwsRequest) => AwsAnswer | undefined,
): Promise<boolean> {
  const response = Promise.withResolvers<AwsAnswer>();
  const asked = Promise.withResolvers<void>();
  serve((request) => {
    if (!isHeld(request)) return respond(request);
    asked.resolve();
    return response.promise;
  });
  let hasEnded = false;
  const ended = invoke(name, event).finally(() => {
    hasEnded = true;
  });
  await Promise.race([asked.promise, ended]);
  const isEarly = hasEnded;
  response.resolve({});
  await ended;
  return isEarly;
}

function isLoadOfTarget({ operation, input }: AwsRequest): boolean {
  return operation === 'GetItem' && input.Key?.circuit?.S === TARGET;
}

const STAGE_BEGAN = { message: 'circuit recovery stage began', target: TARGET };

/** An event with which each function reads its settings, and then something else. */
const EVENTS: Readonly<Partial<Record<HandlerName, unknown>>> = {
  request: anApiEvent({ route: 'GET /jobs' }),
  status: anApiEvent({ id: JOB_ID }),
  worker: aBatch(),
  admin: anApiEvent({ route: 'POST /admin/redrive', userArn: 'arn:ada' }),
};

describe('a function', () => {
  test.each(HANDLERS)(
    'writes its metrics and its invocation’s id, even if %s fails',
    async (name) => {
      aws.answer(() => DENIED);

      await invoke(name, EVENTS[name]).catch(() => undefined);

      expect(aws.asked().length).toBeGreaterThan(1);
      expect(written()).toContainEqual(expect.objectContaining({ SettingsRejected: 1 }));
      expect(written()).toContainEqual(
        expect.objectContaining({ function_request_id: `call-of-${name}` }),
      );
    },
  );

  test.each<HandlerName>(['sweeper', 'lifecycle'])(
    'that a schedule invokes tells Lambda that it failed (%s)',
    async (name) => {
      aws.answer(() => DENIED);

      await expect(invoke(name)).rejects.toThrow('refused by the test');
    },
  );
});

describe('the worker', () => {
  test('ends only when the results of its calls are written to the window', async () => {
    const isSuccess = ({ operation, input }: AwsRequest) =>
      operation === 'UpdateItem' &&
      Object.values(input.ExpressionAttributeNames).some((each) => /^s\d+$/.test(String(each)));

    const hasEnded = await endsBefore('worker', aBatch(), isSuccess, runsJob);

    expect(hasEnded).toBe(false);
  });

  test.each([
    [620, 1],
    [610, 0],
  ])(
    'with %d s left makes %d calls, each of which may take 600 s and a margin',
    async (seconds, calls) => {
      serve(runsJob);

      await invoke('worker', aBatch(), seconds * 1000);

      expect(aws.asked('POST model')).toHaveLength(calls);
      // A job that is not called waits for another sandbox.
      expect(aws.asked('SendMessage')).toHaveLength(1 - calls);
    },
  );

  test('writes the metrics of its calls', async () => {
    serve(runsJob);

    await invoke('worker', aBatch());

    expect(written()).toContainEqual(expect.objectContaining({ ModelCalls: 1, target: TARGET }));
    expect(written()).toContainEqual(expect.objectContaining({ JobsSucceeded: 1 }));
  });

  test('writes what happens to the circuits into the log', async () => {
    serve(withCircuit(anOpenCircuit()));

    await invoke('worker', aBatch());

    expect(written()).toContainEqual(expect.objectContaining(STAGE_BEGAN));
  });

  test('holds its first call in the quota that the daily check found', async () => {
    const key = 'us-east-1/on-demand/anthropic.primary';
    const record = {
      checkedAt: '2026-11-28T00:00:00Z',
      limits: JSON.stringify({ [key]: { tokensPerMinute: 200_000 } }),
    };
    const isRecord = ({ operation, input }: AwsRequest) =>
      operation === 'GetItem' && input.Key?.item?.S === 'quotas';
    serve((request) => (isRecord(request) ? { Item: marshall(record) } : runsJob(request)));

    await invoke('worker', aBatch());

    const writes = aws
      .asked('UpdateItem')
      .filter(({ input }) => input.Key?.circuit?.S === `bucket/${key}`);
    // One write holds the call's tokens, and one settles them.
    expect(writes).toHaveLength(2);
  });

  test('does not repeat a write to the window that may have been applied', async () => {
    const isWindowWrite = ({ operation, input }: AwsRequest) =>
      operation === 'UpdateItem' && input.TableName === process.env[ENV.circuitsTable];
    const lost = new Refusal('InternalServerError', 500);
    serve((request) => (isWindowWrite(request) ? lost : runsJob(request)));

    await invoke('worker', aBatch());

    const writes = aws
      .asked()
      .filter(isWindowWrite)
      .map(({ input }) => JSON.stringify(input));
    expect(writes.length).toBeGreaterThan(0);
    expect(new Set(writes).size).toBe(writes.length);
  });

  test('tries once to publish an event, and leaves it to the sweeper', async () => {
    const down = new Refusal('InternalException', 500);
    serve((request) => (request.operation === 'PutEvents' ? down : runsJob(request)));

    await invoke('worker', aBatch());

    expect(aws.asked('PutEvents')).toHaveLength(1);
    expect(written()).toContainEqual(expect.objectContaining({ EventsUnsent: 1 }));
  });

  test('asks SQS to send only the messages again whose work failed', async () => {
    serve(({ operation }) => (operation === 'UpdateItem' ? DENIED : undefined));

    expect(await invoke('worker', aBatch(aMessage('failed')))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'failed' }],
    });
    expect(
      await invoke('worker', aBatch(aMessage('failed'), { ...aMessage('good'), body: '?' })),
    ).toEqual({
      batchItemFailures: [{ itemIdentifier: 'failed' }],
    });
  });

  test('sends a message that it cannot read to the dead-letter queue', async () => {
    serve(() => undefined);

    await invoke('worker', aBatch({ ...aMessage('a'), body: 'no message' }));

    expect(aws.asked('SendMessage').map(({ input }) => input)).toMatchObject([
      { QueueUrl: process.env[ENV.deadLetterQueueUrl], MessageBody: 'no message' },
    ]);
  });
});

describe('the prober', () => {
  test.each([
    [70, 1],
    [60, 0],
  ])('with %d s left makes %d calls, each of which may take 65 s', async (seconds, calls) => {
    serve(withCircuit(anOpenCircuit()));

    await invoke('prober', {}, seconds * 1000);

    expect(aws.asked('POST model')).toHaveLength(calls);
  });

  test('ends only when its results are written, and writes the metrics of its calls', async () => {
    serve(withCircuit(anOpenCircuit()));

    await invoke('prober');

    expect(aws.asked().every(({ isAnswered }) => isAnswered)).toBe(true);
    const saves = aws.asked('PutItem').map(({ input }) => input.Item);
    expect(saves.at(-1)).toMatchObject({ state: { S: 'HALF_OPEN' }, stage: { N: '1' } });
    expect(written()).toContainEqual(expect.objectContaining({ Probes: 1, target: TARGET }));
    expect(written()).toContainEqual(expect.objectContaining(STAGE_BEGAN));
  });

  test('ends only when the announcement of a call that it did not make is written', async () => {
    const closed = { state: 'CLOSED', version: 2, epoch: 6, opens: 0, seededSuccesses: 10 };
    const closedCircuit = withCircuit({ ...anOpenCircuit(), ...closed });
    const openCircuit = withCircuit(anOpenCircuit());
    let loads = 0;
    // Another worker closes the circuit after the prober has found it open.
    const respond = (request: AwsRequest) =>
      isLoadOfTarget(request) && ++loads === 1 ? openCircuit(request) : closedCircuit(request);

    const hasEnded = await endsBefore(
      'prober',
      {},
      ({ operation }) => operation === 'UpdateItem',
      respond,
    );

    expect(hasEnded).toBe(false);
  });
});

describe('the sweeper', () => {
  /** Answers with an empty queue, and with this row as the only one that is due. */
  const serveDue = (row?: object) => {
    const Items = row ? [marshall(row, { removeUndefinedValues: true })] : [];
    serve(({ operation }) => {
      if (operation === 'GetQueueAttributes')
        return { Attributes: { ApproximateNumberOfMessages: '0' } };
      return operation === 'Query' ? { Items: Items.splice(0) } : undefined;
    });
  };

  test('sweeps all shards, and reports the health of the targets', async () => {
    serveDue();

    await invoke('sweeper');

    expect(aws.asked('Query')).toHaveLength(16);
    expect(written()).toContainEqual(expect.objectContaining({ SweptJobs: 0 }));
    expect(written()).toContainEqual(
      expect.objectContaining({ chain: 'default', TargetsServing: 3 }),
    );
  });

  test('stops 15 s before Lambda stops it', async () => {
    serveDue();

    await invoke('sweeper', {}, 15_000);

    expect(aws.asked('Query')).toHaveLength(1);
  });

  test('sends a due job to the workers’ queue', async () => {
    const due = { ...aJob(), sentAt: undefined, dueAt: 1, deadlineAt: Date.now() + 60_000 };
    serveDue(due);

    await invoke('sweeper');

    expect(aws.asked('SendMessage').map(({ input }) => input)).toMatchObject([
      { QueueUrl: process.env[ENV.jobsQueueUrl], MessageGroupId: due.tenant },
    ]);
  });
});

describe('the status function', () => {
  /** Asks for a job that runs at the first read and has ended at the second. */
  const statusOf = async (remainingMs: number) => {
    const rows = [liveJob(), liveJob({ status: 'CANCELLED', completedAt: Date.now() })];
    serve(({ operation }) =>
      operation === 'GetItem' ? rowOf(rows.shift() ?? liveJob()) : undefined,
    );
    const query = { wait: ['5'] };
    const event = anApiEvent({ id: JOB_ID, apiKeyId: 'tenant', query });
    const { body } = await invoke('status', event, remainingMs);
    return JSON.parse(body).status;
  };

  test('waits for the job to end, but not in the last 5 s before Lambda stops it', async () => {
    expect(await statusOf(AMPLE_MS)).toBe('CANCELLED');
    expect(await statusOf(5_000)).toBe('RUNNING');
  });

  test('refuses a longer wait than the stack allows', async () => {
    serve(() => undefined);

    const event = anApiEvent({ id: JOB_ID, query: { wait: ['6'] } });
    expect((await invoke('status', event)).statusCode).toBe(400);
  });
});

describe('the request function', () => {
  test('stores a prompt, creates its row and sends its message, in this order', async () => {
    serve(() => undefined);

    const event = anApiEvent({ route: 'POST /jobs', body: '{"prompt":"hello"}' });
    expect((await invoke('request', event)).statusCode).toBe(202);

    const [prompt, row, ...later] = aws
      .asked()
      .filter(({ operation }) => operation !== 'GetParameter' && operation !== 'GetItem');
    expect(prompt?.path).toMatch(new RegExp(`^/${process.env[ENV.resultsBucket]}/prompts/`));
    expect(row?.input.TableName).toBe(process.env[ENV.jobsTable]);
    expect(later.map(({ input }) => input.QueueUrl)).toContain(process.env[ENV.jobsQueueUrl]);
    expect(written()).toContainEqual(expect.objectContaining({ JobsAccepted: 1 }));
  });
});

describe('the admin function', () => {
  const redrive = (remainingMs: number) =>
    invoke('admin', anApiEvent({ route: 'POST /admin/redrive', userArn: 'arn:ada' }), remainingMs);

  test('redrives from the dead-letter queue, and holds the lease until Lambda stops it', async () => {
    serve(() => undefined);

    const startedAtMs = Date.now();
    expect((await redrive(29_000)).statusCode).toBe(200);

    const [lease] = aws.asked('PutItem').map(({ input }) => input);
    expect(lease.TableName).toBe(process.env[ENV.circuitsTable]);
    const leaseMs = Date.parse(lease.Item.until.S) - startedAtMs;
    expect(leaseMs).toBeGreaterThanOrEqual(29_000);
    expect(leaseMs).toBeLessThan(29_000 + 2_000);
    expect(aws.asked('ReceiveMessage')[0]?.input.QueueUrl).toBe(
      process.env[ENV.deadLetterQueueUrl],
    );
  });

  test('hides received messages for longer than API Gateway waits for the function', async () => {
    serve(() => undefined);

    await redrive(29_000);

    const [receive] = aws.asked('ReceiveMessage');
    expect(receive?.input.VisibilityTimeout).toBeGreaterThan(29);
    expect(receive?.input.VisibilityTimeout).toBeLessThan(120);
  });

  test('receives nothing in the last 5 s before Lambda stops it', async () => {
    serve(() => undefined);

    await redrive(5_000);

    expect(aws.asked('ReceiveMessage')).toEqual([]);
  });

  test('ends only when the action is in the operators’ log', async () => {
    serve(() => undefined);

    await redrive(29_000);

    const [record] = aws.asked('PutLogEvents');
    expect(record?.input).toMatchObject({
      logGroupName: process.env[ENV.operatorLogGroup],
      logStreamName: process.env[ENV.operatorLogStream],
    });
    expect(record?.isAnswered).toBe(true);
  });
});

describe('the lifecycle function', () => {
  test('saves what it found before it ends, and writes its metrics', async () => {
    serve(({ operation }) => (operation === 'ListServiceQuotas' ? { Quotas } : undefined));

    await invoke('lifecycle');

    const [lifecycles, quotas] = aws.asked('PutItem');
    for (const save of [lifecycles, quotas]) {
      expect(save?.isAnswered).toBe(true);
      expect(save?.input).toMatchObject({ TableName: process.env[ENV.circuitsTable] });
    }
    expect(Object.keys(JSON.parse(lifecycles?.input.Item.targets.S))).toContain(TARGET);
    expect(JSON.parse(quotas?.input.Item.tokensPerDay.S)).toEqual({ 'us-east-1': 700_000_000 });
    expect(written()).toContainEqual(expect.objectContaining({ LifecycleFindings: 0 }));
  });

  const Quotas = [
    { QuotaCode: 'L-E3F10727', QuotaName: 'Cross-Model Max Tokens Per Day', Value: 700_000_000 },
  ];
});

function liveJob(fields: Partial<Job> = {}): Job {
  const now = Date.now();
  const times = { createdAt: now, leaseUntil: now + 100_000, deadlineAt: now + 86_400_000 };
  return aRunningJob({ ...times, expiresAt: now / 1000 + 90_000, ...fields });
}

function rowOf(job: Job): AwsAnswer {
  return { Item: marshall(job, { removeUndefinedValues: true }) };
}

/** Answers the requests of a worker that runs a job, whose model says "OK". */
function runsJob({ operation, input }: AwsRequest): AwsAnswer | undefined {
  switch (operation) {
    case 'UpdateItem': {
      if (input.TableName !== process.env[ENV.jobsTable]) return undefined;
      const texts = Object.values(input.ExpressionAttributeValues).map((value) => Object(value).S);
      const end = { status: 'SUCCEEDED', completedAt: Date.now(), eventPending: true } as const;
      const job = liveJob(texts.includes('SUCCEEDED') ? end : {});
      return { Attributes: marshall(job, { removeUndefinedValues: true }) };
    }
    case `GET the-${ENV.resultsBucket}`:
      return { messages: [userMessage('hello')] };
    case 'POST model':
      return Buffer.concat([
        frame.messageStart,
        frame.text('OK'),
        frame.messageStop,
        frame.metadata,
      ]);
    default:
      return undefined;
  }
}

function aMessage(messageId: string) {
  const body = JSON.stringify({ version: 1, jobId: JOB_ID, generation: aJob().generation });
  return { messageId, body, eventSource: 'aws:sqs' };
}

function aBatch(...Records: readonly ReturnType<typeof aMessage>[]) {
  return { Records: Records.length > 0 ? Records : [aMessage('a')] };
}

/** Answers like `runsJob`, with this record of the target's circuit until it is replaced. */
function withCircuit(record: object) {
  let circuit: object = marshall(record);
  return (request: AwsRequest): AwsAnswer | undefined => {
    const { Key, Item } = request.input;
    if (request.operation === 'UpdateItem' || (Key ?? Item)?.circuit?.S !== TARGET) {
      return runsJob(request);
    }
    if (Item) circuit = Item;
    return { Item: circuit };
  };
}

/** The record of a circuit whose cooldown ended a minute ago. */
function anOpenCircuit() {
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const reason = { rule: 'rate', calls: 20, failures: 20, failure: 'capacity' };
  const times = { since: ago(120_000), until: ago(60_000) };
  return { state: 'OPEN', version: 1, epoch: 5, writer: 'w', opens: 1, ...times, reason };
}
