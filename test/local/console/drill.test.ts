import { describe, expect, test } from '@jest/globals';
import { ACTS } from '../../../console/contract/laptop.ts';
import type { CircuitNews } from '../../../local/console/circuit-news.ts';
import { Drill, type DrillAction } from '../../../local/console/drill.ts';
import type { Observed } from '../../../local/console/drill-observed.ts';

const [A, B, LOWER] = ['us-east-1/us.a', 'us-west-2/us.a', 'us-east-1/us.b'] as const;
const TIER = {
  name: 'primary',
  targets: [A, B],
  tierOf: { [A]: 'primary', [B]: 'primary', [LOWER]: 'secondary' },
  permits: [1, 5, 10],
};
const START = 1_795_881_900_000;

/** A drill with what it observes; times are seconds since its start. */
function aDrill(alreadyOpen: ReadonlyMap<string, number> = new Map()) {
  const drill = new Drill(TIER, START, alreadyOpen);
  let observed: Observed = {
    calls: 0,
    failed: 0,
    skipped: 0,
    jobs: {
      ...{ accepted: 0, refused: 0, answered: 0, answeredBy: {}, unanswered: 0 },
      ...{ deferred: 0, open: 0 },
    },
  };
  let told = 0;
  const at = (second: number) => START + 1000 * second;
  const hear = (second: number, news: CircuitNews) => drill.hear(news, at(second));
  return {
    drill,
    at,
    see: ({
      jobs,
      ...figures
    }: Partial<Omit<Observed, 'jobs'>> & { jobs?: Partial<Observed['jobs']> }) => {
      observed = { ...observed, ...figures, jobs: { ...observed.jobs, ...jobs } };
    },
    step: (second: number): readonly DrillAction[] => drill.step(observed, at(second)),
    opened: (second: number, target: string, untilSecond: number, rule = 'dry') =>
      hear(second, {
        ...{ type: 'opened', target, untilMs: at(untilSecond), rule, calls: 9, failures: 8 },
      }),
    stage: (second: number, target: string, stage: number) =>
      hear(second, { type: 'stage', target, stage }),
    closed: (second: number, target: string) => hear(second, { type: 'closed', target }),
    /** Returns the sentences since the last call. */
    texts: () => {
      const events = drill.view().events;
      const fresh = events.slice(told).map(({ act, text }) => `${act}: ${text}`);
      told = events.length;
      return fresh;
    },
  };
}

test('plays the three acts, and says what it did and saw in each', () => {
  const { drill, see, step, opened, stage, closed, texts } = aDrill();
  drill.trafficBegan(6, START);
  expect(step(0)).toEqual(['fail']);
  expect(texts()).toEqual([
    `fail: Bedrock now throttles every call of tier primary: ${A} and ${B}.`,
    "fail: Holdfast's own API gets 6 jobs per second, so that there is something to see.",
  ]);

  see({ calls: 1, failed: 1 });
  step(1);
  see({ calls: 14, failed: 14, jobs: { accepted: 12, answered: 1, answeredBy: { [LOWER]: 1 } } });
  step(2);
  opened(3, A, 63);
  step(3);
  expect(texts()).toEqual([
    expect.stringMatching(/^fail: The first call has failed: Bedrock refuses with status 429\. /),
    expect.stringMatching(`^fail: A job was answered by ${LOWER} instead\\. `),
    `fail: The circuit of ${A} opened after 8 failed calls out of 9 (rule dry: only failures, and no answer). It admits no call for 60 seconds.`,
  ]);

  opened(5, B, 60);
  expect(step(5)).toEqual([]);
  see({ calls: 16, failed: 16, skipped: 20, jobs: { answered: 31, answeredBy: { [LOWER]: 31 } } });
  step(10);
  expect(texts()).toEqual([
    expect.stringMatching(`^fail: The circuit of ${B} opened`),
    'hold: All circuits of tier primary are open. Jobs skip its targets without a call.',
    'hold: In 5 seconds with open circuits, tier secondary answered 30 jobs and no job had to wait.',
  ]);

  see({ skipped: 120, jobs: { answered: 91, answeredBy: { [LOWER]: 91 } } });
  step(20);
  step(30);
  expect(texts()).toEqual([
    'hold: In 25 seconds with open circuits, tier secondary answered 90 jobs and no job had to wait.',
  ]);
  expect(step(44)).toEqual([]);
  expect(step(57)).toEqual([]);
  expect(texts()).toHaveLength(1);
  expect(step(58)).toEqual(['heal']);
  expect(step(58.25)).toEqual([]);
  expect(texts()).toEqual([
    'hold: In these 53 seconds, jobs skipped these targets 120 times, and Bedrock got 2 calls for them (a worker may learn of an open circuit a second late). It works again from now on. The circuits learn that from a probe, which the first of them admits in 2 seconds.',
  ]);

  for (const target of [B, A]) for (const number of [0, 1, 2]) stage(60 + number, target, number);
  closed(64, B);
  expect(step(64)).toEqual([]);
  closed(65, A);
  expect(step(65)).toEqual(['settle']);
  expect(texts()).toEqual([
    `recover: The pause of ${B} is over. It admits 1 call, as a probe.`,
    `recover: The probe was answered, so ${B} now admits 5 calls.`,
    `recover: All 5 calls were answered, so ${B} now admits 10 calls.`,
    expect.stringContaining(`The pause of ${A} is over`),
    expect.any(String),
    expect.any(String),
    `recover: The last 10 calls were answered too. The circuit of ${B} is closed, and gets all its calls again.`,
    expect.stringContaining(`The circuit of ${A} is closed`),
  ]);

  see({ jobs: { accepted: 390, answered: 388, open: 2 } });
  expect(step(66)).toEqual([]);
  expect(drill.view()).toMatchObject({ state: 'running', act: 'recover' });
  see({ jobs: { answered: 390, open: 0 } });
  expect(step(67)).toEqual([]);
  expect(texts()).toEqual([
    'recover: All circuits are closed. No job is left over from the outage.',
    'recover: In 67 seconds, 16 calls failed and 120 were skipped. Of 390 jobs, 390 were answered and none was lost.',
  ]);
  expect(drill.view()).toMatchObject({
    state: 'ended',
    act: 'recover',
    startedAt: new Date(START).toISOString(),
    endedAt: new Date(START + 67_000).toISOString(),
  });
  expect(new Set(drill.view().events.map(({ act }) => act))).toEqual(new Set(ACTS));
});

describe('without a lower tier', () => {
  test('jobs wait, and their ends are awaited', () => {
    const { drill, see, step, opened, stage, closed, texts } = aDrill();
    step(0);
    see({ failed: 5, jobs: { accepted: 20, deferred: 3, open: 20 } });
    for (const target of [A, B]) opened(2, target, 12);
    step(2);
    see({ jobs: { deferred: 20 } });
    step(8);
    step(10);
    for (const target of [A, B]) stage(12, target, 0);
    for (const target of [A, B]) closed(14, target);
    step(14);
    see({ jobs: { answered: 20, open: 0 } });
    step(40);

    expect(texts()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^fail: A job found no target that answers\. It waits/),
        'hold: In 6 seconds with open circuits, 17 jobs had to wait.',
        'recover: All circuits are closed. All 20 jobs that had to wait have ended too.',
      ]),
    );
    expect(drill.isRunning).toBe(false);
  });
});

test('the sum names jobs that failed, were not accepted or have not ended', () => {
  const { see, step, opened, closed, texts } = aDrill();
  step(0);
  for (const target of [A, B]) opened(1, target, 10);
  step(1);
  step(8);
  for (const target of [A, B]) closed(12, target);
  see({ jobs: { accepted: 9, answered: 5, unanswered: 1, refused: 2, open: 3 } });
  step(12);
  step(101);
  expect(texts().at(-1)).toContain('is closed');
  step(102);

  expect(texts()).toEqual([
    'recover: In 102 seconds, 0 calls failed. Of 9 jobs, 5 were answered, 1 ended without an answer and 3 have not ended yet. The API did not accept 2 more requests.',
  ]);
});

test('a circuit that opens long after the other is not waited for', () => {
  const { drill, step, opened, texts } = aDrill();
  step(0);
  opened(2, A, 62);
  step(12);
  expect(drill.view().act).toBe('fail');
  step(12.25);

  expect(texts().at(-1)).toBe(
    'hold: 1 of 2 circuits of tier primary are open. Jobs skip these targets without a call.',
  );
});

test('circuits that are open at the start are held at once', () => {
  const { drill, step } = aDrill(
    new Map([
      [A, START + 9_000],
      [B, START + 8_000],
      [LOWER, START],
    ]),
  );

  step(0);
  expect(drill.view().act).toBe('hold');
  expect(step(5.75)).toEqual([]);
  expect(step(6)).toEqual(['heal']);
});

test('a circuit that opens again moves the time of the repair', () => {
  const { step, opened, texts } = aDrill();
  step(0);
  for (const target of [A, B]) opened(1, target, 10);
  step(1);
  for (const target of [A, B]) opened(7, target, 20, 'probe');

  expect(texts().at(-1)).toBe(
    `hold: A call of ${B} failed, so its circuit stays open for another 13 seconds.`,
  );
  expect(step(17)).toEqual([]);
  expect(step(18)).toEqual(['heal']);
});

describe('the outage ends by itself, with the faults cleared and the traffic restored,', () => {
  test('if no circuit opens', () => {
    const { drill, see, step, texts } = aDrill();
    step(0);
    see({ failed: 7 });
    expect(step(45)).toEqual([]);
    expect(step(46)).toEqual(['heal', 'settle']);

    expect(texts().at(-2)).toMatch(
      /^fail: No circuit has opened in 46 seconds, with 7 failed calls\. /,
    );
    expect(drill.view().state).toBe('ended');
  });

  test('if no job probes', () => {
    const { step, opened, texts } = aDrill();
    step(0);
    for (const target of [A, B]) opened(1, target, 11);
    step(1);
    expect(step(9)).toEqual(['heal']);
    expect(step(41)).toEqual([]);
    expect(step(42)).toEqual(['settle']);

    expect(texts().at(-2)).toMatch(/^hold: No job has probed the targets in 41 seconds/);
  });

  test('if the first probe is hours away', () => {
    const { drill, step, opened } = aDrill();
    step(0);
    for (const target of [A, B]) opened(1, target, 7200);
    step(1);

    expect(step(302)).toEqual(['heal', 'settle']);
    expect(drill.isRunning).toBe(false);
  });

  test('if a circuit does not close', () => {
    const { step, opened, stage, closed, texts } = aDrill();
    step(0);
    for (const target of [A, B]) opened(1, target, 11);
    step(1);
    step(9);
    stage(11, A, 0);
    closed(13, A);
    expect(step(101)).toEqual([]);
    expect(step(102)).toEqual(['settle']);

    expect(texts().at(-2)).toMatch(/^recover: 1 circuit did not close in time\. /);
  });

  test('if an operator closes all circuits', () => {
    const { step, opened, closed, texts } = aDrill();
    step(0);
    for (const target of [A, B]) opened(1, target, 61);
    step(1);
    for (const target of [A, B]) closed(5, target);

    expect(step(5)).toEqual(['heal', 'settle']);
    expect(texts().at(-1)).toBe(
      `hold: The circuit of ${B} is closed, and gets all its calls again.`,
    );
  });
});

test('it can be stopped in every act, and tells nothing after that', () => {
  const { drill, at, step, opened, texts } = aDrill();
  step(0);
  opened(1, A, 61);
  texts();

  expect(drill.stop(at(4))).toEqual(['heal', 'settle']);
  opened(5, B, 61);
  expect(step(6)).toEqual([]);
  expect(drill.stop(at(7))).toEqual([]);

  expect(texts()).toEqual(['fail: Stopped after 4 seconds. All faults are cleared.']);
  expect(drill.view()).toMatchObject({ state: 'stopped', endedAt: new Date(at(4)).toISOString() });
});

test('news of other targets is not its business', () => {
  const { step, opened, texts } = aDrill();
  step(0);
  texts();

  opened(1, LOWER, 61);

  expect(texts()).toEqual([]);
});
