import { expect, test } from '@jest/globals';
import { EventLines } from '../../../local/console/event-lines.ts';
import type { Fields, Level } from '../../../local/console/log-record.ts';
import { someSettings } from '../../support/settings.ts';

const [A, B, C] = ['us-east-1/us.a', 'us-west-2/us.a', 'us-east-1/us.b'] as const;
const target = (key: string) => {
  const [region = '', modelId = ''] = key.split('/');
  return { region, modelId };
};
const settings = {
  ...someSettings(),
  chains: {
    default: {
      tiers: [
        { name: 'primary', targets: [target(A), target(B)], maxTokens: 10 },
        { name: 'secondary', targets: [target(C)], maxTokens: 10 },
      ],
    },
  },
};
const WORKER = 'Holdfast-WorkerFunctionHandler';

/** Prints times as seconds since the start. */
function somelines() {
  const lines = new EventLines(settings, (ms) => `${ms / 1000}s`);
  lines.take(0);
  const log = (atMs: number, message: string, fields: Fields = {}, level: Level = 'INFO') =>
    lines.add(WORKER, { kind: 'message', level, message, fields }, atMs);
  return {
    lines,
    log,
    opened: (atMs: number, key: string) =>
      log(atMs, 'circuit opened', {
        ...{ target: key, untilMs: 60_000, rule: 'rate' },
        ...{ failure: 'quota-minute', calls: 20, failures: 10 },
      }),
    ended: (atMs: number, jobId: string, more: Fields = {}) =>
      log(atMs, 'job ended', { jobId, status: 'SUCCEEDED', ms: 1392, degraded: false, ...more }),
    texts: (atMs: number) => lines.take(atMs).map(({ text }) => text),
  };
}

test('a circuit that opens is shown at once, with its rule and the end of its pause', () => {
  const { opened, texts } = somelines();

  opened(500, A);

  expect(texts(500)).toEqual([
    `0.5s  circuit opened: ${A} gets no calls until 60s (rule rate: 10 of 20 calls failed, most of them quota-minute)`,
  ]);
});

test('a failed probe is named as the reason', () => {
  const { log, texts } = somelines();

  log(0, 'circuit opened', {
    ...{ target: A, untilMs: 60_000, rule: 'probe', failure: 'capacity', calls: 1, failures: 1 },
  });
  log(0, 'circuit opened', { target: A, untilMs: 60_000, rule: 'restart', calls: 0, failures: 0 });

  expect(texts(0)).toEqual([
    expect.stringMatching(/\(its probe failed: capacity\)$/),
    expect.stringMatching(/\(rule restart\)$/),
  ]);
});

test('the stages of a recovery and its end are shown', () => {
  const { log, texts } = somelines();

  for (const stage of [0, 1, 2, 7]) log(0, 'circuit recovery stage began', { target: A, stage });
  log(0, 'circuit closed', { target: A });

  expect(texts(0)).toEqual([
    `0s  circuit recovering: ${A}, stage 1 of 3, which admits 1 call`,
    `0s  circuit recovering: ${A}, stage 2 of 3, which admits 5 calls`,
    `0s  circuit recovering: ${A}, stage 3 of 3, which admits 10 calls`,
    `0s  circuit recovering: ${A}, stage 8 of 3`,
    `0s  circuit closed: ${A} gets all its calls again`,
  ]);
});

test('another tier serves when the last circuit of a tier opens, until one of them is closed', () => {
  const { opened, log, texts } = somelines();
  const changes = (atMs: number) => texts(atMs).filter((text) => text.includes('tier changed'));

  opened(0, A);
  expect(changes(0)).toEqual([]);
  opened(1000, B);
  expect(changes(1000)).toEqual([
    '1s  tier changed: secondary serves chain default instead of primary',
  ]);
  opened(2000, C);
  expect(changes(2000)).toEqual([
    '2s  tier changed: no tier of chain default has a closed circuit, so jobs wait',
  ]);
  log(3000, 'circuit recovery stage began', { target: A, stage: 0 });
  expect(changes(3000)).toEqual([]);
  log(4000, 'circuit closed', { target: A });
  expect(changes(4000)).toEqual(['4s  tier changed: primary serves chain default']);
});

test('one or two jobs that end in a second have lines of their own', () => {
  const { ended, texts } = somelines();

  ended(100, 'job-1', { servedBy: A });
  ended(200, 'job-2', { status: 'FAILED', error: 'urn:holdfast:problem:unavailable' });

  expect(texts(900)).toEqual([]);
  expect(texts(1000)).toEqual([
    `1s  job job-1 SUCCEEDED after 1.4 s, answered by ${A}`,
    '1s  job job-2 FAILED after 1.4 s, urn:holdfast:problem:unavailable',
  ]);
});

test('more jobs are summed up by status', () => {
  const { ended, texts } = somelines();

  for (let i = 0; i < 14; i++) ended(100, `job-${i}`, { degraded: i < 3 });
  ended(100, 'job-14', { status: 'FAILED' });

  expect(texts(1000)).toEqual(['1s  14 jobs SUCCEEDED, 3 degraded; 1 job FAILED']);
  expect(texts(2000)).toEqual([]);
});

test('deferred jobs are shown with the earliest time of their next attempt', () => {
  const { log, texts } = somelines();

  log(0, 'job deferred', { jobId: 'job-1', untilMs: 60_000 });
  expect(texts(1000)).toEqual(['1s  job job-1 deferred until 60s']);
  for (const untilMs of [75_000, 70_000, 72_000]) log(1500, 'job deferred', { untilMs });
  expect(texts(2000)).toEqual(['2s  3 jobs deferred until 70s or later']);
});

test('failed calls are counted by kind', () => {
  const { log, texts } = somelines();

  log(0, 'model call failed', { kind: 'capacity' }, 'WARN');
  expect(texts(1000)).toEqual(['1s  1 model call failed: capacity']);
  for (const kind of ['capacity', 'fault', 'fault'])
    log(1500, 'model call failed', { kind }, 'WARN');
  expect(texts(2000)).toEqual(['2s  3 model calls failed: 1 capacity, 2 fault']);
});

test('refused settings are shown once a minute, although every read reports them', () => {
  const { log, texts } = somelines();
  const reason = 'breaker.minimumCalls: got 0, allowed is a whole number from 1';
  const refuse = (atMs: number) =>
    log(atMs, 'settings rejected', { reason, inForce: 'the last valid settings' }, 'ERROR');

  refuse(0);
  refuse(59_000);
  expect(texts(59_000)).toEqual([
    `0s  settings refused: ${reason}; the last valid settings stay in force`,
  ]);
  refuse(60_000);
  expect(texts(60_000)).toHaveLength(1);
});

test('other warnings and errors are shown once a second, with the function and their fields', () => {
  const { log, lines, texts } = somelines();

  for (let i = 0; i < 3; i++) log(0, 'lease not renewed', { jobId: 'a' }, 'WARN');
  log(0, 'job sent back', { jobId: 'a' });
  lines.add('Other', { kind: 'text', text: 'FATAL ERROR: Reached heap limit' }, 0);
  lines.add('Other', { kind: 'text', text: ' ' }, 0);

  expect(texts(1000)).toEqual([
    '1s  [worker] lease not renewed jobId=a (3 times)',
    '1s  [Other] FATAL ERROR: Reached heap limit',
  ]);
});

test('what operators do is shown, and a long line is cut', () => {
  const { log, texts } = somelines();

  log(0, 'override set', { scope: 'target', mode: 'force-open', reason: 'x'.repeat(1000) });

  expect(texts(1000)).toEqual([
    expect.stringMatching(
      /^1s {2}\[worker\] override set scope=target mode=force-open reason=x{200,}…$/,
    ),
  ]);
  expect(texts(2000)).toEqual([]);
});

test('a flood is shown at five lines a second, and what is beyond it is counted', () => {
  const { log, texts } = somelines();
  for (let i = 0; i < 50; i++) log(0, 'target disabled', { target: `t${i}` }, 'ERROR');

  const bySecond = Array.from({ length: 8 }, (_, i) =>
    [0, 250, 500, 750].flatMap((ms) => texts(1000 * (i + 1) + ms)),
  );

  expect(bySecond.map((lines) => lines.length)).toEqual([5, 5, 5, 5, 5, 6, 0, 0]);
  expect(bySecond[5]?.at(-1)).toBe('6s  20 more events; the log file has all lines');
});

test('metrics give no line', () => {
  const { lines, texts } = somelines();

  lines.add(WORKER, { kind: 'metrics', values: { JobsAccepted: [1] } }, 0);

  expect(texts(1000)).toEqual([]);
});
