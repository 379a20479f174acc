import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { FaultRule } from '../../../local/bedrock/fault-rule.ts';
import { DrillRunner } from '../../../local/console/drill-runner.ts';
import { JobLedger } from '../../../local/console/job-ledger.ts';
import type { LogRecord } from '../../../local/console/log-record.ts';

const TARGETS = [
  { region: 'us-east-1', modelId: 'us.a' },
  { region: 'us-west-2', modelId: 'us.a' },
];
const [A, B] = ['us-east-1/us.a', 'us-west-2/us.a'] as const;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function aRunner({ jobsPerSecond = 0 } = {}) {
  let rules: FaultRule[] = [];
  let rate = jobsPerSecond;
  const called = new Map<string, { calls: number; failed: number }>();
  const ledger = new JobLedger();
  const runner = new DrillRunner({
    bedrock: {
      setFault: (rule) => String(rules.push(rule)),
      clearFaults: () => {
        rules = [];
      },
      statistics: () => ({
        connections: { 'HTTP/1.1': 0, 'HTTP/2': 0 },
        targets: [...called].map(([key, { calls, failed }]) => ({
          ...{ region: key.split('/')[0] ?? '', model: key.split('/')[1] ?? '', calls },
          ...{ answered: 0, abandoned: 0, inFlight: 0, maxConcurrency: 1 },
          failed: { 'throttle-minute': failed },
        })),
      }),
    },
    ledger,
    traffic: {
      current: () => ({ jobsPerSecond: rate }),
      set: (traffic) => {
        rate = traffic.jobsPerSecond;
      },
    },
    tier: { name: 'primary', targets: [A, B], tierOf: {}, permits: [1] },
    targets: TARGETS,
  });
  const log = (message: string, fields: object) => {
    const record: LogRecord = { kind: 'message', level: 'INFO', message, fields: { ...fields } };
    runner.add(record, Date.now());
    ledger.add(record);
  };
  const open = (target: string, inMs: number) => {
    const counts = { calls: 5, failures: 5 };
    log('circuit opened', { target, untilMs: Date.now() + inMs, rule: 'dry', ...counts });
  };
  return {
    ...{ runner, ledger, called, log, open },
    rules: () => rules,
    rate: () => rate,
    skip: (target: string, skips: number) =>
      runner.add(
        {
          ...{ kind: 'metrics', dimension: { name: 'target', value: target } },
          values: { SkippedCalls: [skips] },
        },
        Date.now(),
      ),
  };
}

test('throttles the first tier, repairs it, and restores the traffic of before', async () => {
  const { runner, ledger, called, log, open, rules, rate, skip } = aRunner({ jobsPerSecond: 1 });
  called.set(A, { calls: 100, failed: 7 });
  called.set('us-east-1/us.other', { calls: 50, failed: 50 });
  skip(A, 40);

  expect(runner.start()).toBe(true);
  expect(runner.start()).toBe(false);
  expect(rules()).toEqual([
    { region: 'us-east-1', model: 'us.a', fault: 'throttle-minute' },
    { region: 'us-west-2', model: 'us.a', fault: 'throttle-minute' },
  ]);
  expect(rate()).toBe(6);

  ledger.submit()('job-1');
  called.set(A, { calls: 103, failed: 10 });
  for (const target of [A, B]) open(target, 10_000);
  await jest.advanceTimersByTimeAsync(7_000);
  skip(A, 3);
  skip('us-east-1/us.other', 9);
  expect(rules()).toHaveLength(2);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(rules()).toEqual([]);

  for (const target of [A, B]) log('circuit recovery stage began', { target, stage: 0 });
  for (const target of [A, B]) log('circuit closed', { target });
  log('job ended', { jobId: 'job-1', status: 'SUCCEEDED' });
  await jest.advanceTimersByTimeAsync(1_000);

  expect(rate()).toBe(1);
  const { state, events = [] } = runner.current() ?? {};
  expect(state).toBe('ended');
  expect(events.at(-1)?.text).toMatch(
    /3 calls failed and 3 were skipped\. Of 1 job, 1 was answered and none was lost\.$/,
  );
  expect(jest.getTimerCount()).toBe(0);
});

test('leaves a faster traffic as it is', () => {
  const { runner, rate } = aRunner({ jobsPerSecond: 20 });

  runner.start();

  expect(rate()).toBe(20);
  runner.stop();
});

test('stops at once, with all faults cleared, and can start again', () => {
  const { runner, rules, rate } = aRunner();
  runner.start();

  runner.stop();

  expect(rules()).toEqual([]);
  expect(rate()).toBe(0);
  expect(runner.current()?.state).toBe('stopped');
  expect(jest.getTimerCount()).toBe(0);
  expect(runner.start()).toBe(true);
  runner.stop();
});

test('clears all faults on a stop, even if no outage runs', () => {
  const { runner, rules } = aRunner();
  rules().push({ fault: 'unavailable' });

  runner.stop();

  expect(rules()).toEqual([]);
  expect(runner.current()).toBeUndefined();
});

test('knows the circuits that opened before it starts, and have not closed since', () => {
  const { runner, log, open } = aRunner();
  for (const target of [A, B]) open(target, 60_000);
  runner.start();
  expect(runner.current()?.act).toBe('hold');
  runner.stop();

  log('circuit closed', { target: A });
  runner.start();
  expect(runner.current()?.act).toBe('fail');
  runner.stop();
});
