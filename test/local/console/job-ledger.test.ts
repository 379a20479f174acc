import { expect, test } from '@jest/globals';
import { JobLedger } from '../../../local/console/job-ledger.ts';
import type { LogRecord } from '../../../local/console/log-record.ts';

const record = (message: string, fields: object): LogRecord => ({
  kind: 'message',
  level: 'INFO',
  message,
  fields: { ...fields },
});
const ended = (jobId: string, status = 'SUCCEEDED', servedBy?: string) =>
  record('job ended', { jobId, status, servedBy });

test('a job is open from its request to its end', () => {
  const ledger = new JobLedger();

  const respond = ledger.submit();
  expect(ledger.open).toBe(1);
  respond('a');
  expect(ledger.open).toBe(1);
  ledger.add(ended('a'));
  expect(ledger.open).toBe(0);
});

test('a refused request is not open', () => {
  const ledger = new JobLedger();
  const counts = ledger.startCounting();

  ledger.submit()();

  expect(ledger.open).toBe(0);
  expect(counts).toMatchObject({ accepted: 0, refused: 1, open: 0 });
});

test('an end that comes before the response with the job’s id counts', () => {
  const ledger = new JobLedger();
  const counts = ledger.startCounting();

  const respond = ledger.submit();
  ledger.add(ended('a'));
  respond('a');

  expect(ledger.open).toBe(0);
  expect(counts).toMatchObject({ accepted: 1, answered: 1, open: 0 });
});

test('ends are counted by their kind, and deferred jobs once', () => {
  const ledger = new JobLedger();
  const counts = ledger.startCounting();
  for (const jobId of ['a', 'b', 'c', 'd']) ledger.submit()(jobId);

  ledger.add(record('job deferred', { jobId: 'a' }));
  ledger.add(record('job deferred', { jobId: 'a' }));
  ledger.add(ended('a', 'SUCCEEDED', 'us-east-1/us.a'));
  ledger.add(ended('b', 'SUCCEEDED', 'us-east-1/us.a'));
  ledger.add(ended('b', 'SUCCEEDED', 'us-east-1/us.a'));
  ledger.add(ended('c', 'DEAD_LETTERED'));
  ledger.add(record('job ended', { jobId: 7 }));
  ledger.add(ended('job of another caller'));

  expect(counts).toEqual({
    accepted: 4,
    refused: 0,
    answered: 2,
    answeredBy: { 'us-east-1/us.a': 2 },
    unanswered: 1,
    deferred: 1,
    open: 1,
  });
});

test('only the jobs that were submitted while counting are counted, up to their ends', () => {
  const ledger = new JobLedger();
  ledger.submit()('before');
  const respondLate = ledger.submit();
  const counts = ledger.startCounting();
  ledger.submit()('during');
  ledger.stopCounting();
  ledger.submit()('after');
  respondLate('late');

  for (const jobId of ['before', 'during', 'after', 'late']) ledger.add(ended(jobId));

  expect(counts).toMatchObject({ accepted: 1, answered: 1, open: 0 });
  expect(ledger.open).toBe(0);
});
