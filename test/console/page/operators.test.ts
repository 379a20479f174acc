import { describe, expect, test } from '@jest/globals';
import {
  type RedriveParts,
  type RedriveProgress,
  runRedrive,
} from '../../../client/redrive-run.ts';
import type { RedriveReport } from '../../../client/types.ts';
import {
  type AdminHealth,
  computedState,
  failuresOf,
  lifecycleSentence,
  type TargetHealth,
} from '../../../console/src/views/operators/health-words.ts';
import {
  durationFault,
  FIRST_DRAFT,
  keysOf,
  needsConfirmation,
  overrideBody,
  scopesOf,
  withScope,
} from '../../../console/src/views/operators/override-form.ts';
import { parseOverrideRequest } from '../../../lambda/contract/schemas/overrides.ts';
import { SONNET } from './job-builders.ts';

function aTarget(target: Partial<TargetHealth> = {}): TargetHealth {
  return {
    target: SONNET,
    tiers: [{ chain: 'default', tier: 'primary' }],
    region: 'us-east-1',
    modelId: SONNET.slice('us-east-1/'.length),
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    health: 'healthy',
    admits: 'all',
    circuit: 'CLOSED',
    ...target,
  };
}

function aHealth(health: Partial<AdminHealth> = {}): AdminHealth {
  return {
    status: 'healthy',
    chains: [],
    regions: [{ region: 'us-east-1', health: 'healthy', admits: 'all' }],
    models: [{ model: 'anthropic.claude', health: 'healthy', admits: 'all' }],
    profiles: [],
    targets: [aTarget()],
    settings: { status: 'in-force' },
    overrides: [],
    quotas: [],
    ...health,
  };
}

describe('the computed state of a target', () => {
  test('is the state of its circuit, with the stage of a recovery, counted from one', () => {
    expect(computedState(aTarget({ circuit: 'OPEN', override: 'force-closed' }))).toBe('OPEN');
    expect(computedState(aTarget({ circuit: 'HALF_OPEN', stage: 0 }))).toBe('HALF_OPEN, stage 1');
  });

  test('is disabled after configuration errors', () => {
    const configErrors = {
      failures: 3,
      reason: 'AccessDeniedException',
      since: '2026-11-28T12:00:00.000Z',
      disabledSince: '2026-11-28T12:01:00.000Z',
    };

    expect(computedState(aTarget({ configErrors }))).toBe('disabled');
    expect(failuresOf(aTarget({ configErrors }))).toBe(
      '3 configuration errors, the last one AccessDeniedException',
    );
    const first = { ...configErrors, failures: 1, disabledSince: undefined };
    expect(failuresOf(aTarget({ configErrors: first }))).toMatch(/^1 configuration error, /);
  });

  test('has the evidence that opened the circuit', () => {
    const evidence = { rule: 'rate', calls: 6, failures: 4, failure: 'quota-minute' as const };

    expect(failuresOf(aTarget({ evidence }))).toBe('4 of 6 calls failed (quota-minute)');
    expect(failuresOf(aTarget())).toBe('');
  });

  test('has the findings of the daily check', () => {
    const findings = (daysLeft?: number) =>
      lifecycleSentence(aTarget({ lifecycle: { findings: ['legacy', 'ends-soon'], daysLeft } }));

    expect(findings()).toBe('legacy, ends-soon');
    expect(findings(40.4)).toBe('legacy, ends-soon: 40 days left');
    expect(findings(-2)).toBe('legacy, ends-soon: ended 2 days ago');
    expect(lifecycleSentence(aTarget({ lifecycle: { findings: [] } }))).toBeUndefined();
  });
});

describe('the form of an override', () => {
  test('offers the names of each scope, and no scope without a name', () => {
    expect(keysOf(aHealth()).target).toEqual([SONNET]);
    expect(scopesOf(aHealth())).toEqual(['target', 'model', 'region']);
    expect(withScope(FIRST_DRAFT, 'region', aHealth())).toMatchObject({
      scope: 'region',
      key: 'us-east-1',
    });
  });

  test('makes a request that the API takes', () => {
    const body = overrideBody({ ...FIRST_DRAFT, reason: 'drill', duration: '1.5', unit: 'hours' });

    expect(parseOverrideRequest(body, 0)).toEqual({
      valid: true,
      value: { mode: 'force-open', reason: 'drill', untilMs: 5_400_000 },
    });
  });

  test.each(['', 'soon', '1 h'])(
    'refuses the duration "%s" and says what is allowed',
    (duration) => {
      expect(durationFault({ ...FIRST_DRAFT, duration })).toMatch(/^got .+, allowed is a number/);
      expect(overrideBody({ ...FIRST_DRAFT, duration })).not.toHaveProperty('expiresInSeconds');
    },
  );

  test('asks before it stops a whole region', () => {
    expect(needsConfirmation({ ...FIRST_DRAFT, scope: 'region', mode: 'force-open' })).toBe(true);
    expect(needsConfirmation({ ...FIRST_DRAFT, scope: 'region', mode: 'observe' })).toBe(false);
    expect(needsConfirmation({ ...FIRST_DRAFT, scope: 'target', mode: 'force-open' })).toBe(false);
  });
});

describe('a redrive', () => {
  /** Parts of a redrive that gives these replies in turn; an Error is thrown. */
  function theParts(replies: readonly (Partial<RedriveReport> | Error)[]) {
    const asked: { limit: number; maxPerSecond: number }[] = [];
    const slept: number[] = [];
    const shown: RedriveProgress[] = [];
    const parts: RedriveParts = {
      redrive: async (request) => {
        const reply = replies[asked.length];
        asked.push(request);
        if (!reply) throw new Error('one request too many');
        if (reply instanceof Error) throw reply;
        const nothing = { moved: 0, skipped: 0, held: 0, unreadable: 0, left: 0, dryRun: false };
        return { ...nothing, ...reply };
      },
      retryAfterMs: (error) => ((error as Error).message === 'running' ? 3_000 : undefined),
      sleep: async (ms) => void slept.push(ms),
      onProgress: (progress) => void shown.push(progress),
      isStopped: () => false,
    };
    return { parts, asked, slept, shown };
  }

  test('goes on until a request moves nothing, and adds up what was moved', async () => {
    const { parts, asked, shown } = theParts([
      { moved: 50, left: 30 },
      { moved: 28, skipped: 1, held: 1, left: 1 },
      { held: 1, left: 1 },
    ]);

    const end = await runRedrive({ limit: 1000, maxPerSecond: 10 }, parts);

    expect(end).toEqual({ moved: 78, skipped: 1, held: 1, unreadable: 0, left: 1, state: 'ended' });
    expect(asked.map(({ limit }) => limit)).toEqual([50, 50, 50]);
    expect(shown.map(({ moved, state }) => [moved, state])).toEqual([
      [50, 'running'],
      [78, 'running'],
      [78, 'running'],
      [78, 'ended'],
    ]);
  });

  test('moves no more than its limit', async () => {
    const { parts, asked } = theParts([{ moved: 5 }, { moved: 2 }]);

    await runRedrive({ limit: 7, maxPerSecond: 1 }, parts);

    expect(asked.map(({ limit }) => limit)).toEqual([5, 2]);
  });

  test('waits as long as the API asks while another one runs', async () => {
    const { parts, slept } = theParts([new Error('running'), { moved: 1 }]);

    const end = await runRedrive({ limit: 1, maxPerSecond: 1 }, parts);

    expect(slept).toEqual([3_000]);
    expect(end.state).toBe('ended');
  });

  test('stops when it is asked to', async () => {
    const { parts, asked } = theParts([{ moved: 5 }]);

    const end = await runRedrive(
      { limit: 100, maxPerSecond: 1 },
      { ...parts, isStopped: () => asked.length > 0 },
    );

    expect(end).toMatchObject({ moved: 5, state: 'stopped' });
  });

  test('keeps what it has moved when a request fails', async () => {
    const { parts, shown } = theParts([{ moved: 5 }, new Error('unreachable')]);

    await expect(runRedrive({ limit: 100, maxPerSecond: 1 }, parts)).rejects.toThrow('unreachable');

    expect(shown.at(-1)).toMatchObject({ moved: 5, state: 'stopped' });
  });
});
