import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { localAws } from '../support/local-aws.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { LAST_RESORT, PRIMARY, SECONDARY } from './chain.ts';
import { type Holdfast, startHoldfast } from './holdfast.ts';

const assembly = synthesizeBeforeAll();

let holdfast: Holdfast;
beforeAll(async () => {
  holdfast = await startHoldfast(assembly);
}, 60_000);
beforeEach(() => holdfast.bedrock.clearFaults());
afterAll(() => holdfast?.stop());

async function submit(body: Readonly<Record<string, unknown>>): Promise<string> {
  const posted = await holdfast.request<{ jobId: string }>('/jobs', { method: 'POST', body });
  return posted.body.jobId;
}

test('while the primary is out, a request that the second tier refuses is answered by the third', async () => {
  holdfast.bedrock.setFault({ ...PRIMARY.at, fault: 'throttle-minute' });
  holdfast.bedrock.setFault({ ...SECONDARY.at, fault: 'validation' });

  const [job] = await holdfast.ended([await submit({ prompt: 'Name a ship.' })]);

  expect(job).toMatchObject({ status: 'SUCCEEDED', servedBy: LAST_RESORT.key });
  expect(job?.attempts).toMatchObject([
    { target: PRIMARY.key, outcome: 'quota-minute' },
    { target: SECONDARY.key, outcome: 'job', reason: 'ValidationException' },
    { target: LAST_RESORT.key, outcome: 'answered' },
  ]);
}, 60_000);

test('a job that only the primary may serve waits for it, and asks the tier that refused it only once', async () => {
  holdfast.bedrock.setFault({ ...PRIMARY.at, fault: 'throttle-minute' });
  holdfast.bedrock.setFault({ ...SECONDARY.at, fault: 'validation' });
  const refusals = () => holdfast.bedrock.calls({ ...SECONDARY.at, outcome: 'validation' }).length;
  const before = refusals();
  const jobId = await submit({ prompt: 'Name a ship.', minTier: 'secondary' });
  await eventually('a second run', async () => {
    const { attempts } = await holdfast.job(jobId);
    return attempts.find(({ reason }) => reason === 'refused');
  });
  holdfast.bedrock.clearFaults();

  const [job] = await holdfast.ended([jobId]);

  expect(job).toMatchObject({ status: 'SUCCEEDED', servedBy: PRIMARY.key });
  expect(refusals() - before).toBe(1);
}, 60_000);

test('no log, metric, event, row or message contains a prompt, an answer or the text of a refusal', async () => {
  const answered = await holdfast.submit('a canary prompt');
  await holdfast.ended([answered]);
  holdfast.bedrock.setFault({
    fault: 'reply',
    status: 400,
    headers: { 'x-amzn-errortype': 'ValidationException' },
    body: JSON.stringify({ message: 'Malformed: a second canary prompt' }),
  });
  const refused = await holdfast.submit('a second canary prompt');
  const [job] = await holdfast.ended([refused]);
  const path = `/jobs/${refused}`;
  const answers = await Promise.all([
    holdfast.request(path, { apiKey: 'local-2' }),
    holdfast.request('/jobs'),
    holdfast.request('/health'),
    holdfast.asOperator('GET', '/admin/health'),
  ]);

  expect(job?.error).toMatchObject({
    type: 'urn:holdfast:problem:request-refused',
    detail: 'Malformed: a second canary prompt',
  });
  expect(answers.map(({ status }) => status)).toEqual([404, 200, 200, 200]);
  const rows = JSON.stringify(await allRows());
  expect(rows).toContain(refused);
  expect(holdfast.logs.join('\n')).toContain(refused);
  expect(JSON.stringify(holdfast.run.events())).toContain(refused);
  const bodies = answers.map(({ body }) => body);
  const traces = [rows, bodies, holdfast.logs, holdfast.run.events(), await holdfast.deadLetters()];
  expect(JSON.stringify(traces)).not.toContain('canary');
  holdfast.expectNothingDenied();
}, 60_000);

/** Returns the rows of all tables as the database stores them. */
async function allRows(): Promise<readonly unknown[]> {
  const client = new DynamoDBClient(localAws(holdfast.run.awsUrl));
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const rows: unknown[] = [];
  for (const TableName of TableNames) {
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) rows.push(...Items);
  }
  client.destroy();
  return rows;
}
