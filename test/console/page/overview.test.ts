import { describe, expect, test } from '@jest/globals';
import { picturesOf } from '../../../console/src/overview/chain-picture.ts';
import { chainsShown } from '../../../console/src/overview/chains-shown.ts';
import {
  bandPath,
  barsPath,
  highest,
  stackPaths,
} from '../../../console/src/overview/chart-paths.ts';
import { firstJobCommand } from '../../../console/src/overview/first-steps.ts';
import {
  costLanes,
  failureLanes,
  jobLanes,
  targetLanes,
} from '../../../console/src/overview/lanes.ts';
import { minuteTable } from '../../../console/src/overview/minutes.ts';
import { quotaWords } from '../../../console/src/overview/quota-words.ts';
import { lastMinute } from '../../../console/src/overview/recent-traffic.ts';
import { badgeOf } from '../../../console/src/overview/target-badge.ts';
import {
  shortActor,
  stageOf,
  withShortTargets,
} from '../../../console/src/overview/target-words.ts';
import { failuresOf, ruleOf } from '../../../console/src/views/operators/health-words.ts';
import {
  CHAINS,
  HAIKU,
  health,
  healthOf,
  NOW_MS,
  openCircuit,
  recoveringCircuit,
  SONNET,
  SONNET_WEST,
  series,
  snapshot,
  timeAt,
} from './snapshots.ts';

describe('the picture of a chain', () => {
  const busy = series({
    [SONNET]: { calls: [0, 0, 2, 0], throttled: [0, 0, 2, 0], skipped: [0, 0, 5, 9] },
    [SONNET_WEST]: { calls: [50, 0, 6, 8] },
    [HAIKU]: { calls: [0, 0, 0, 4] },
  });
  const shown = snapshot(health([openCircuit(SONNET)]), { series: { at: timeAt(0), value: busy } });

  test('draws lines as wide as the calls of the last minute, and thinner with each branch', () => {
    const [picture] = picturesOf(shown, CHAINS);

    expect(picture?.chain).toBe('default');
    expect(picture?.rows.map(({ tier, calls }) => [tier, calls])).toEqual([
      ['primary', { answered: 0, failed: 0, throttled: 2, skipped: 14 }],
      ['secondary', { answered: 14, failed: 0, throttled: 0, skipped: 0 }],
      ['last-resort', { answered: 4, failed: 0, throttled: 0, skipped: 0 }],
    ]);
    // 20 calls arrive; the widest line has 16 px, and a line with any calls at least 2 px.
    expect(picture?.rows.map(({ arrives, branch, passes }) => [arrives, branch, passes])).toEqual([
      [16, 3.4, 14.6],
      [14.6, 11.8, 4.8],
      [4.8, 4.8, 0],
    ]);
  });

  test('uses one scale for all chains, and shows the worst chain first', () => {
    const pictures = picturesOf(
      { ...shown, health: { at: timeAt(0), value: health([openCircuit(HAIKU)]) } },
      CHAINS,
    );

    expect(pictures.map(({ chain, status }) => [chain, status])).toEqual([
      ['economy', 'unhealthy'],
      ['default', 'degraded'],
    ]);
    expect(pictures[0]?.rows[0]?.branch).toBe(4.8);
  });

  test('takes the calls of the circuit’s window if there are no series', () => {
    const window = { calls: 7, failures: { fault: 2 } };
    const [picture] = picturesOf(snapshot(health([healthOf(SONNET, { recent: window })])), CHAINS);

    expect(picture?.rows[0]?.calls).toMatchObject({ answered: 5, failed: 2 });
  });

  test('is drawn from the health if the settings could not be read', () => {
    const { instance, ...rest } = shown;

    expect(chainsShown({ ...rest, instance: { ...instance, chains: [] } })).toEqual(CHAINS);
  });

  test('counts the last minute in steps of any length', () => {
    expect(lastMinute([9, 1, 2, 3], 20_000)).toBe(6);
    // The last minute of CloudWatch is not yet complete.
    expect(lastMinute([9, 7, 1], 60_000)).toBe(7);
    expect(lastMinute([], 60_000)).toBe(0);
  });
});

describe('the words on a target', () => {
  test('name its state beside a sign that differs by shape', () => {
    const disabled = { failures: 3, reason: 'Gone', since: timeAt(0), disabledSince: timeAt(0) };
    const targets = [
      healthOf(SONNET),
      openCircuit(SONNET),
      recoveringCircuit(SONNET),
      healthOf(SONNET, { health: 'waiting', circuit: 'OPEN' }),
      healthOf(SONNET, { cause: 'quota-day' }),
      healthOf(SONNET, { cause: 'region-unhealthy' }),
      healthOf(SONNET, { configErrors: disabled }),
    ];
    const badges = targets.map(badgeOf);

    expect(badges.map(({ word }) => word)).toEqual([
      'CLOSED',
      'OPEN',
      'HALF_OPEN, stage 2',
      'OPEN, waiting',
      'daily quota used up',
      'CLOSED, region unhealthy',
      'disabled',
    ]);
    expect(new Set(badges.map(({ sign }) => sign)).size).toBe(badges.length);
  });

  test('give the evidence and the rule that opened the circuit', () => {
    const evidence = { rule: 'slow', calls: 20, failures: 0, slowCalls: 11 };

    expect(failuresOf(openCircuit(SONNET))).toBe('9 of 12 calls failed (quota-minute)');
    expect(ruleOf(openCircuit(SONNET))).toBe('rule excess: too many failures in a short time');
    expect(failuresOf(healthOf(SONNET, { evidence }))).toBe('11 of 20 calls were slow');
    expect(
      failuresOf(
        healthOf(SONNET, { evidence: { rule: 'probe', calls: 1, failures: 1, stage: 0 } }),
      ),
    ).toBe('a call of recovery stage 1 failed');
    expect(failuresOf(healthOf(SONNET))).toBe('');
  });

  test('count the calls of a recovery stage, even if the sizes of the stages are not known', () => {
    expect(stageOf(recoveringCircuit(SONNET), [1, 5, 10])).toBe(
      'stage 2 of 3, 3 of 5 calls succeeded',
    );
    expect(stageOf(recoveringCircuit(SONNET), [])).toBe('stage 2, 3 calls succeeded');
  });

  test('shorten the names of targets in a sentence', () => {
    expect(withShortTargets(`${SONNET} failed, ${HAIKU} answered.`, [SONNET, HAIKU])).toBe(
      'us-east-1 sonnet-4-5 failed, us-east-1 haiku-4-5 answered.',
    );
  });

  test('shorten an ARN to its user', () => {
    expect(shortActor('arn:aws:iam::123456789012:user/ada')).toBe('user/ada');
  });
});

describe('the timelines', () => {
  test('stack a target’s calls: answered, throttled, failed, skipped', () => {
    const shown = series({
      [HAIKU]: { calls: [1, 0, 0, 0] },
      [SONNET]: {
        calls: [5, 5, 0, 0],
        throttled: [0, 3, 0, 0],
        failed: [0, 1, 0, 0],
        skipped: [0, 0, 4, 4],
      },
    });

    const [first, second] = targetLanes(shown, [SONNET]);

    expect(first).toMatchObject({
      label: 'us-east-1 sonnet-4-5',
      total: '6 answered, 3 throttled, 1 failed, 8 skipped',
    });
    expect(first?.layers.map(({ values }) => values)).toEqual([
      [5, 1, 0, 0],
      [0, 3, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 4, 4],
    ]);
    // A target that is in no chain any more still has its numbers.
    expect(second?.label).toBe('us-east-1 haiku-4-5');
  });

  test('list the kinds of failures that occurred, the most frequent first', () => {
    const shown = series(
      {},
      { failures: { fault: [1, 0, 0, 0], timeout: [0, 2, 0, 0], capacity: [0, 0, 0, 0] } },
    );

    expect(failureLanes(shown).map(({ label, total }) => [label, total])).toEqual([
      ['timeout', '2'],
      ['fault', '1'],
    ]);
  });

  test('leave out ends of jobs that did not occur', () => {
    const { jobs } = series();
    const shown = series({}, { jobs: { ...jobs, accepted: [1, 1, 1, 1], failed: [1, 0, 0, 0] } });

    expect(jobLanes(shown).map(({ label, total }) => [label, total])).toEqual([
      ['accepted', '4'],
      ['succeeded', '0'],
      ['failed', '1'],
      ['deferrals', '0'],
    ]);
  });

  test('weight the mean time to the first token by the answered calls', () => {
    const shown = series(
      {
        [SONNET]: { calls: [3, 0, 0, 0], firstTokenMs: [100, null, null, null] },
        [HAIKU]: { calls: [1, 0, 0, 0], firstTokenMs: [500, null, null, null] },
      },
      { costUsd: [0.001, 0, 0, 0], inputTokens: [1_000, 500, 0, 0] },
    );

    expect(costLanes(shown).map(({ label, total }) => [label, total])).toEqual([
      ['first token, mean', '200 ms'],
      ['input tokens', '1,500'],
      ['output tokens', '0'],
      ['list price', '$0.0010'],
    ]);
    expect(costLanes(series())[0]?.total).toBe('no call');
  });

  test('are there as a table, one row per minute, the latest first', () => {
    const shown = series({
      [SONNET]: { calls: [1, 2, 3, 4], firstTokenMs: [100, 300, null, null] },
    });
    const { columns, rows } = minuteTable(
      [...targetLanes(shown, []), ...costLanes(shown)],
      shown.fromMs,
      shown.stepMs,
    );

    expect(columns.slice(0, 2)).toEqual([
      'us-east-1 sonnet-4-5: answered',
      'us-east-1 sonnet-4-5: throttled',
    ]);
    expect(rows.map(({ at }) => at)).toEqual([timeAt(-60), timeAt(-120)]);
    expect(rows.map(({ cells }) => cells[0])).toEqual(['7', '3']);
    // The time to the first token is a mean, not a sum.
    expect(rows.map(({ cells }) => cells[4])).toEqual(['–', '200 ms']);
  });

  test('draw bars that stand on one another, and keep a single call visible', () => {
    expect(barsPath([1, 0, 2], 2)).toBe('M0 50h1v50h-1zM2 0h1v100h-1z');
    expect(barsPath([1], 1_000)).toBe('M0 95h1v5h-1z');
    expect(
      stackPaths(
        [
          [1, 1],
          [1, 0],
        ],
        2,
      ),
    ).toEqual(['M0 50h1v50h-1zM1 50h1v50h-1z', 'M0 0h1v50h-1z']);
    expect(
      highest([
        [1, 1],
        [1, 0],
      ]),
    ).toBe(2);
    expect(highest([])).toBe(0);
  });

  test('draw the states of a target at different heights', () => {
    const states = [0, 1, 2, null] as const;

    expect(([0, 1, 2] as const).map((state) => bandPath(states, state))).toEqual([
      'M0 80h1v20h-1z',
      'M1 45h1v55h-1z',
      'M2 0h1v100h-1z',
    ]);
  });
});

describe('the first steps', () => {
  const none = { queued: 0, running: 0, deferred: 0, deadLetters: 0 };

  test('are a curl line while the embedded run has no jobs', () => {
    const { instance, ...idle } = snapshot(health(), { queues: { at: timeAt(0), value: none } });

    expect(firstJobCommand({ instance, ...idle })).toBe(
      `curl http://127.0.0.1:8787/v1/jobs -H 'x-api-key: local' -d '{"prompt": "Hello"}'`,
    );
    expect(
      firstJobCommand({ instance: { ...instance, kind: 'deployed' }, ...idle }),
    ).toBeUndefined();
    expect(firstJobCommand(snapshot())).toBeUndefined();
  });
});

describe('the use of a quota', () => {
  const use = { heldPercent: { tokens: 33.7, requests: 20 }, ratePercent: 100, tokensToday: 1_204 };
  const quota = { quota: 'q', targets: [SONNET], source: 'settings' as const, use };
  const words = (differences: object) =>
    quotaWords({ ...quota, use: { ...use, ...differences } }, NOW_MS);

  test('is the scarcest resource, and the tokens of the day', () => {
    expect(words({})).toBe('quota 34 % held, 1,204 tokens today');
  });

  test('says when a full quota admits the next call, and what throttles have left of it', () => {
    const full = { heldPercent: { requests: 120 }, freeAt: timeAt(3), ratePercent: 80 };

    expect(words(full)).toBe('quota full, free in 3 s, lowered to 80 %, 1,204 tokens today');
  });

  test('is only counted where the limits are not known', () => {
    const unknown = { quota: 'q', targets: [SONNET], use: { ...use, heldPercent: {} } };

    expect(quotaWords(unknown, NOW_MS)).toBe('1,204 tokens today');
  });

  test('is not shown where nobody counts, and is none without access', () => {
    expect(quotaWords({ quota: 'q', targets: [] }, NOW_MS)).toBeUndefined();
    expect(quotaWords({ quota: 'q', targets: [], noAccess: true }, NOW_MS)).toMatch(/no access$/);
  });

  test('stands at each target that shares it', () => {
    const quotas = [{ ...quota, targets: [SONNET, HAIKU] }];
    const shown = snapshot(health([], { quotas }));
    const rows = picturesOf(shown, CHAINS).flatMap((picture) => picture.rows);

    expect(rows.map((row) => [row.target, row.quota?.quota])).toEqual([
      [SONNET, 'q'],
      [SONNET_WEST, undefined],
      [HAIKU, 'q'],
      [HAIKU, 'q'],
    ]);
  });
});
