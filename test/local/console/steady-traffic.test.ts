import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { parseJobRequest } from '../../../lambda/contract/schemas/jobs.ts';
import { JobLedger } from '../../../local/console/job-ledger.ts';
import { Pace } from '../../../local/console/pace.ts';
import { sampleRequest } from '../../../local/console/sample-requests.ts';
import { Traffic } from '../../../local/console/steady-traffic.ts';
import { someSettings } from '../../support/settings.ts';

test('a pace gives the jobs that are due, also below one per second', () => {
  const pace = new Pace();
  pace.set(2.5, 0);
  const dueIn = (second: number) =>
    Array.from({ length: 10 }, (_, i) => pace.due(1000 * second + 100 * (i + 1)));

  expect(dueIn(0).reduce((sum, jobs) => sum + jobs, 0)).toBe(2);
  expect(dueIn(1).reduce((sum, jobs) => sum + jobs, 0)).toBe(3);
  pace.set(0, 2000);
  expect(pace.due(10_000)).toBe(0);
});

test('a pace makes up for one second at most, and never goes back', () => {
  const pace = new Pace();
  pace.set(4, 0);

  expect(pace.due(3_600_000)).toBe(4);
  expect(pace.due(0)).toBe(0);
});

test('every sample is a request that the API accepts, and begins in its own way', () => {
  const samples = Array.from({ length: 12 }, (_, number) => sampleRequest(number));

  for (const sample of samples) expect(parseJobRequest(sample, someSettings()).valid).toBe(true);
  expect(new Set(samples.map((sample) => JSON.stringify(sample))).size).toBe(12);
  expect(sampleRequest(12)).toEqual(samples[0]);
});

let requests: { url: string; init: RequestInit }[];
let respond: () => Promise<Response>;

beforeEach(() => {
  jest.useFakeTimers();
  requests = [];
  respond = async () => Response.json({ jobId: `job-${requests.length}` }, { status: 202 });
  jest.spyOn(globalThis, 'fetch').mockImplementation((url, init = {}) => {
    requests.push({ url: String(url), init });
    return respond();
  });
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

function someTraffic() {
  const ledger = new JobLedger();
  return { ledger, traffic: new Traffic(ledger, 'http://127.0.0.1:1/v1', 'a-key') };
}

test('submits jobs at its rate, with the key of the tenant', async () => {
  const { traffic } = someTraffic();

  traffic.set({ jobsPerSecond: 4 });
  await jest.advanceTimersByTimeAsync(5_000);

  expect(traffic.current()).toEqual({ jobsPerSecond: 4 });
  expect(requests).toHaveLength(20);
  expect(requests[0]?.url).toBe('http://127.0.0.1:1/v1/jobs');
  expect(requests[0]?.init.headers).toMatchObject({ 'x-api-key': 'a-key' });
  expect(JSON.parse(String(requests[1]?.init.body))).toEqual(sampleRequest(1));
  traffic.stop();
});

test('never has more than 200 open jobs', async () => {
  const { ledger, traffic } = someTraffic();

  traffic.set({ jobsPerSecond: 20 });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(ledger.open).toBe(200);

  const fields = { jobId: 'job-1', status: 'SUCCEEDED' };
  ledger.add({ kind: 'message', level: 'INFO', message: 'job ended', fields });
  await jest.advanceTimersByTimeAsync(1_000);
  expect(requests).toHaveLength(201);
  traffic.stop();
});

test('goes on when the API refuses, fails or answers with something else', async () => {
  const { ledger, traffic } = someTraffic();
  const counts = ledger.startCounting();
  const responses = [
    async () => Response.json({ title: 'no' }, { status: 429 }),
    async () => new Response('<html>'),
    async () => Response.json({}),
    () => Promise.reject(new Error('ECONNREFUSED')),
  ];
  respond = () => (responses[requests.length % 4] ?? respond)();

  traffic.set({ jobsPerSecond: 10 });
  await jest.advanceTimersByTimeAsync(1_000);

  expect(counts).toMatchObject({ accepted: 0, refused: 10 });
  expect(ledger.open).toBe(0);
  traffic.stop();
});

test('stops at rate 0, and for good when the run ends', async () => {
  const { traffic } = someTraffic();
  traffic.set({ jobsPerSecond: 10 });
  traffic.set({ jobsPerSecond: 0 });
  await jest.advanceTimersByTimeAsync(1_000);
  expect(requests).toHaveLength(0);

  traffic.set({ jobsPerSecond: 10 });
  await jest.advanceTimersByTimeAsync(100);
  traffic.stop();
  traffic.set({ jobsPerSecond: 10 });
  await jest.advanceTimersByTimeAsync(1_000);

  expect(requests).toHaveLength(1);
  expect(requests[0]?.init.signal?.aborted).toBe(true);
  expect(traffic.current()).toEqual({ jobsPerSecond: 0 });
  expect(jest.getTimerCount()).toBe(0);
});
