import { expect, test } from '@jest/globals';
import { CallLog } from '../../../local/bedrock/call-log.ts';

const START = {
  operation: 'converse',
  region: 'us-east-1',
  model: 'claude',
  protocol: 'HTTP/2',
  inputTokens: 1,
  maxTokens: 2,
} as const;

test('shows a call as in flight until it ends, and ends it once', () => {
  let nowMs = 1000;
  const log = new CallLog(() => nowMs);
  const { end } = log.begin(START);
  const before = log.calls();

  nowMs = 1250;
  end('abandoned');
  end('answered', 200);

  expect(before).toMatchObject([{ outcome: 'in-flight', startedAtMs: 1000 }]);
  expect(log.calls()).toEqual([{ ...START, startedAtMs: 1000, outcome: 'abandoned', ms: 250 }]);
  expect(log.statistics().targets).toMatchObject([{ calls: 1, abandoned: 1, answered: 0 }]);
});

test('shows the time of the first token, and the tokens so far', () => {
  let nowMs = 1000;
  const log = new CallLog(() => nowMs);
  const { sent, end } = log.begin({ ...START, operation: 'converse-stream' });

  nowMs = 1400;
  sent(1);
  nowMs = 1900;
  sent(30);

  expect(log.calls()).toMatchObject([
    { outcome: 'in-flight', firstTokenMs: 400, outputTokens: 30 },
  ]);
  end('stream-error', 200);
  expect(log.statistics().targets).toMatchObject([{ failed: { 'stream-error': 1 } }]);
});

test('drops old calls and keeps the counts', () => {
  const log = new CallLog(() => 0, 10);

  for (let i = 0; i < 100; i += 1) log.begin({ ...START, jobId: `job-${i}` }).end('answered', 200);

  expect(log.calls().length).toBeLessThan(20);
  expect(log.calls().at(-1)?.jobId).toBe('job-99');
  expect(log.statistics().targets).toMatchObject([
    { calls: 100, answered: 100, maxConcurrency: 1 },
  ]);
});

test('filters calls by operation, region, model, job and outcome, with patterns', () => {
  const log = new CallLog(() => 0);
  log.begin(START);
  log.begin({ ...START, region: 'us-west-2' }).end('unavailable', 503);

  expect(log.calls({ region: 'us-w*' })).toHaveLength(1);
  expect(log.calls({ model: 'cl*', outcome: 'in-flight' })).toMatchObject([
    { region: 'us-east-1' },
  ]);
  expect(log.calls({ jobId: 'job-1' })).toEqual([]);
});

test('does not log the end of a call that was in flight at a reset', () => {
  const log = new CallLog(() => 0);
  const { end } = log.begin(START);

  log.reset();
  end('answered', 200);

  expect(log.calls()).toEqual([]);
  expect(log.statistics().targets).toEqual([]);
});
