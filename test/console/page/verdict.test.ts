import { describe, expect, test } from '@jest/globals';
import type { Snapshot } from '../../../console/contract/snapshot.ts';
import { heard, type LiveState, lost } from '../../../console/src/live/live-state.ts';
import { TROUBLE_KINDS, type TroubleKind, toneOf } from '../../../console/src/overview/trouble.ts';
import { verdictOf } from '../../../console/src/overview/verdict.ts';
import { timeOf } from '../../../console/src/views/format.ts';
import type {
  AdminHealth,
  TargetHealth,
} from '../../../console/src/views/operators/health-words.ts';
import {
  HAIKU,
  health,
  healthOf,
  NOW_MS,
  OVERRIDE,
  openCircuit,
  recoveringCircuit,
  SONNET,
  SONNET_WEST,
  snapshot,
  timeAt,
} from './snapshots.ts';

const clock = (seconds: number) => timeOf(timeAt(seconds), NOW_MS);

function verdict(targets: readonly TargetHealth[], differences: Partial<AdminHealth> = {}) {
  return verdictOf(heard(snapshot(health(targets, differences)), NOW_MS), NOW_MS);
}

function kinds(live: LiveState): readonly TroubleKind[] {
  return verdictOf(live, NOW_MS).troubles.map(({ kind }) => kind);
}

describe('the sentence of the overview', () => {
  test('says that nothing is wrong', () => {
    expect(verdict([])).toEqual({
      tone: 'good',
      sentence: 'Nothing is wrong: all 3 targets admit all calls.',
      troubles: [],
    });
  });

  test('says where a circuit is open, why, since when, until when, and which tier serves', () => {
    const { tone, sentence, short } = verdict([openCircuit(SONNET)]);

    expect(tone).toBe('bad');
    expect(short).toBe('circuit open');
    expect(sentence).toBe(
      `us-east-1 sonnet-4-5 gets no calls: 9 of 12 calls failed (quota-minute), since ${clock(-20)}, next probe in 12 s. Chain default: secondary serves instead.`,
    );
  });

  test('counts the other troubles of the worst kind, and says that all jobs wait', () => {
    const all = [SONNET, SONNET_WEST, HAIKU].map(openCircuit);

    expect(verdict(all).sentence).toMatch(
      /^us-east-1 sonnet-4-5 gets no calls: .*, next probe in 12 s\. 2 more of this kind below\. No target serves, so all jobs wait\.$/,
    );
  });

  test('names each of several chains, those without a target first', () => {
    const { sentence } = verdict([openCircuit(SONNET), openCircuit(HAIKU)]);

    expect(sentence).toMatch(
      /Chain economy: no target serves, so its jobs wait\. Chain default: secondary serves instead\.$/,
    );
  });

  test('says that a target gets a share of the calls', () => {
    const ramping = healthOf(SONNET, { health: 'recovering', admits: 'some', cause: 'ramp' });

    expect(verdict([ramping]).sentence).toContain(
      'us-east-1 sonnet-4-5 recovers: a share of the calls',
    );
  });

  test('shows the stage of a recovery and its calls', () => {
    const { tone, sentence } = verdict([recoveringCircuit(SONNET)]);

    expect(tone).toBe('warn');
    expect(sentence).toContain(
      `us-east-1 sonnet-4-5 recovers: stage 2 of 3, 3 of 5 calls succeeded, since ${clock(-4)}.`,
    );
  });

  test('joins the targets of a region that has used up its daily quota', () => {
    const used = { health: 'unhealthy', admits: 'none', cause: 'quota-day' } as const;
    const targets = [
      healthOf(SONNET, { ...used, since: timeAt(-60), until: timeAt(3_600) }),
      healthOf(HAIKU, { ...used, since: timeAt(-60), until: timeAt(3_600) }),
    ];

    const { sentence, troubles } = verdict(targets);

    expect(troubles).toHaveLength(1);
    expect(sentence).toContain(
      `us-east-1 has used up its daily quota (2 targets), since ${clock(-60)}, next call in 60 min.`,
    );
  });

  test('names an unhealthy region beside the circuits that are open in it', () => {
    const skipped = healthOf(HAIKU, {
      health: 'unhealthy',
      admits: 'none',
      cause: 'region-unhealthy',
    });

    const { troubles } = verdict([openCircuit(SONNET), skipped]);

    expect(troubles.map(({ kind, where }) => [kind, where])).toEqual([
      ['open', 'us-east-1 sonnet-4-5'],
      ['region', 'us-east-1'],
    ]);
  });

  test('says which configuration error disabled a target, and when it is checked', () => {
    const disabled = healthOf(SONNET, {
      health: 'disabled',
      admits: 'none',
      configErrors: {
        failures: 3,
        reason: 'AccessDeniedException',
        since: timeAt(-100),
        disabledSince: timeAt(-90),
        nextCheckAt: timeAt(60),
      },
    });

    expect(verdict([disabled]).sentence).toContain(
      `us-east-1 sonnet-4-5 is disabled: 3 configuration errors, the last one AccessDeniedException, since ${clock(-90)}, next check in 60 s.`,
    );
  });

  test('warns of a daily quota that will be used up an hour before its reset', () => {
    const budget = {
      region: 'us-east-1',
      source: 'settings' as const,
      tokensPerDay: 1_000,
      spent: 600,
      left: 400,
      lastHour: 300,
      resetAt: timeAt(20 * 3_600),
    };
    const budgets = (endsAt: string) => ({ dayBudgets: [{ ...budget, endsAt }] });

    expect(verdict([], budgets(timeAt(4_800)))).toMatchObject({
      tone: 'warn',
      short: 'daily quota',
      sentence: 'us-east-1 uses its daily quota too fast, used up in 80 min.',
    });
    expect(verdict([], budgets(timeAt(19 * 3_600 + 1))).tone).toBe('good');
    expect(verdict([], { dayBudgets: [budget] }).tone).toBe('good');
  });

  test('says who overrides what, why and until when', () => {
    const { tone, sentence } = verdict([], { overrides: [OVERRIDE] });

    expect(tone).toBe('warn');
    expect(sentence).toBe(
      `us-west-2 sonnet-4-6 is overridden: force-open by user/ada, “a bad answer in production”, since ${clock(-600)}, ends in 50 min.`,
    );
  });

  test('repeats the faults of settings that were refused', () => {
    const settings = { status: 'invalid', since: timeAt(-30), faults: ['jobs: got 1'] } as const;

    expect(verdict([], { settings }).sentence).toBe(
      `The settings were refused, and earlier ones stay in force: jobs: got 1, since ${clock(-30)}.`,
    );
  });

  test('counts a target that waits for a call as good', () => {
    const { tone, sentence, short } = verdict([
      healthOf(HAIKU, { health: 'waiting', admits: 'probes', circuit: 'OPEN' }),
    ]);

    expect(tone).toBe('good');
    expect(short).toBeUndefined();
    expect(sentence).toBe(
      'Nothing is wrong: 2 of 3 targets admit all calls, and 1 waits for a call.',
    );
  });

  test('counts dead letters and repeats what could not be read', () => {
    const shown = snapshot(health(), {
      queues: { at: timeAt(-1), value: { queued: 0, running: 0, deferred: 0, deadLetters: 2 } },
      problems: ['series: missing right: cloudwatch:GetMetricData'],
    });

    const { troubles } = verdictOf(heard(shown, NOW_MS), NOW_MS);

    expect(troubles.map(({ where, what }) => `${where} ${what}`)).toEqual([
      'The series could not be read: missing right: cloudwatch:GetMetricData',
      '2 dead letters wait for a redrive or a purge',
    ]);
  });
});

describe('without fresh data', () => {
  const fresh = heard(snapshot(health([openCircuit(SONNET)])), NOW_MS);

  test('a lost connection is the worst trouble, with its reason', () => {
    const { sentence, short } = verdictOf(
      lost(fresh, 'the server does not answer', NOW_MS),
      NOW_MS,
    );

    expect(short).toBe('no connection');
    expect(sentence).toMatch(/^The connection is lost: the server does not answer, since /);
  });

  test('old data is a trouble that comes before what the data says', () => {
    const old: Snapshot = { ...snapshot(), health: { at: timeAt(-42), value: health() } };

    expect(verdictOf(heard(old, NOW_MS), NOW_MS).sentence).toBe(
      `The data is 42 s old, since ${clock(-42)}.`,
    );
    expect(kinds(fresh)).not.toContain('stale');
  });

  test('a page that has not heard anything says so', () => {
    expect(verdictOf({}, NOW_MS).sentence).toBe('The health has not been read yet.');
  });
});

test('the kinds of trouble are sorted worst first, and only the worst are red', () => {
  const disabled = healthOf(HAIKU, {
    health: 'disabled',
    admits: 'none',
    configErrors: { failures: 3, reason: 'Gone', since: timeAt(-9), disabledSince: timeAt(-9) },
  });
  const shown = snapshot(
    health([disabled, openCircuit(SONNET), recoveringCircuit(SONNET_WEST)], {
      overrides: [OVERRIDE],
      settings: { status: 'unreadable', since: timeAt(-9) },
    }),
    { queues: { at: timeAt(0), value: { queued: 0, running: 0, deferred: 0, deadLetters: 1 } } },
  );

  expect(kinds(lost(heard(shown, NOW_MS), 'gone', NOW_MS))).toEqual([
    'lost',
    'open',
    'disabled',
    'recovering',
    'override',
    'settings',
    'dead-letters',
  ]);
  expect(TROUBLE_KINDS.filter((kind) => toneOf(kind) === 'bad')).toEqual([
    'lost',
    'stale',
    'quota-day',
    'open',
    'region',
    'disabled',
  ]);
});
