import { describe, expect, test } from '@jest/globals';
import type { RunRequest } from '../../../lambda/core/router/run-request.ts';
import type { RunResult } from '../../../lambda/core/router/run-result.ts';
import { answers, fails } from '../../support/fake-model-client.ts';
import {
  aChain,
  aLease,
  aRouter,
  aRun,
  EAST_HAIKU,
  EAST_SONNET,
  targetOf,
  WEST_HAIKU,
  WEST_SONNET,
} from '../../support/router-builders.ts';

const INVALID = 'urn:holdfast:problem:request-refused';
const TOO_LONG = 'urn:holdfast:problem:prompt-too-long';

/** Rejects all calls to the first tier. */
function withoutPrimary(given: Parameters<typeof aRouter>[0]) {
  const world = aRouter(given);
  world.circuits.reject(EAST_SONNET);
  world.circuits.reject(WEST_SONNET);
  return world;
}

describe('a refusal by the first tier', () => {
  test('fails the job at once, with what the model said, and counts in no circuit', async () => {
    const { router, called, circuits } = aRouter({ script: fails('job', { detail: 'Why.' }) });

    const result = await router.run(aRun());

    expect(result).toMatchObject({ outcome: 'refused', error: { type: INVALID }, detail: 'Why.' });
    expect(called()).toEqual([EAST_SONNET]);
    expect(circuits.settled).toEqual([{ key: EAST_SONNET, outcome: { kind: 'ignored' } }]);
  });

  test('is final for each target of the tier', async () => {
    const { router, circuits, called } = aRouter({ script: fails('job') });
    circuits.reject(EAST_SONNET);

    expect(await router.run(aRun())).toMatchObject({ outcome: 'refused' });
    expect(called()).toEqual([WEST_SONNET]);
  });

  test('is a refusal by the first tier in the regions of the job', async () => {
    const tiers = [EAST_SONNET, WEST_HAIKU, WEST_SONNET].map((key, i) => ({
      name: `tier-${i}`,
      targets: [targetOf(key)],
      maxTokens: 1000,
    }));
    const { router, called } = aRouter({ settings: aChain({ tiers }), script: fails('job') });

    const result = await router.run(aRun({ regions: ['us-west-2'] }));

    expect(result).toMatchObject({ outcome: 'refused', error: { type: INVALID } });
    expect(called()).toEqual([WEST_HAIKU]);
  });

  test('is a refusal by the first tier whose window holds the prompt', async () => {
    const script = [
      fails('job', { tooLong: true, detail: 'Too long.' }),
      fails('job', { tooLong: true, detail: 'Too long.' }),
      fails('job', { detail: 'Why.' }),
    ];
    const { router, called } = aRouter({ script });

    const result = await router.run(aRun());

    expect(result).toMatchObject({ outcome: 'refused', error: { type: INVALID }, detail: 'Why.' });
    expect(called()).toEqual([EAST_SONNET, WEST_SONNET, EAST_HAIKU]);
  });
});

describe('a refusal by a lower tier', () => {
  test('lets another target answer, and counts in no circuit', async () => {
    const { router, called, circuits } = withoutPrimary({ script: [fails('job'), answers()] });

    const result = await router.run(aRun());

    expect(result).toMatchObject({
      outcome: 'answered',
      answer: { servedBy: WEST_HAIKU },
      attempts: [
        { target: EAST_SONNET, outcome: 'skipped' },
        { target: WEST_SONNET, outcome: 'skipped' },
        { target: EAST_HAIKU, outcome: 'job', reason: 'job-error' },
        { target: WEST_HAIKU, outcome: 'answered' },
      ],
    });
    expect(called()).toEqual([EAST_HAIKU, WEST_HAIKU]);
    expect(circuits.settled).toMatchObject([
      { key: EAST_HAIKU, outcome: { kind: 'ignored' } },
      { key: WEST_HAIKU, outcome: { kind: 'success' } },
    ]);
  });

  test('makes the job wait for the first tier if no other target is left', async () => {
    const { router } = withoutPrimary({ script: fails('job', { detail: 'Why.' }) });

    const result = await router.run(aRun());

    expect(result).toMatchObject({
      outcome: 'deferred',
      unserved: [{ outcome: 'skipped' }, { outcome: 'skipped' }],
      refusedTargets: [{ target: EAST_HAIKU }, { target: WEST_HAIKU }],
    });
    expect(JSON.stringify(result)).not.toContain('Why.');
  });

  test('ends the run of a caller who does not wait as unavailable', async () => {
    const { router } = withoutPrimary({ script: fails('job') });

    expect(await router.run(aRun({ whenOpen: 'fail' }))).toMatchObject({ outcome: 'unavailable' });
  });

  test('is kept if the run ends early', async () => {
    const { router, clock } = withoutPrimary({ script: fails('job') });
    const hold = async () => {
      clock.nowMs += 300_000;
      return undefined;
    };

    const result = await router.run(aRun({ lease: { ...aLease(), hold } }));

    expect(result).toMatchObject({
      outcome: 'out-of-time',
      refusedTargets: [{ target: EAST_HAIKU }],
    });
  });

  test.each(['cancelled', 'lost'] as const)('ends the run if its job is %s', async (during) => {
    const { router, called } = withoutPrimary({ script: fails('job') });

    expect(await router.run(aRun({ lease: aLease({ during }) }))).toMatchObject({
      outcome: during,
    });
    expect(called()).toEqual([EAST_HAIKU]);
  });
});

describe('a target that refused the job in an earlier run', () => {
  const refusedTargets = [{ target: EAST_HAIKU }];

  test('is never asked again', async () => {
    const { router, called } = withoutPrimary({});

    const result = await router.run(aRun({ refusedTargets }));

    expect(called()).toEqual([WEST_HAIKU]);
    expect(result).toMatchObject({
      outcome: 'answered',
      attempts: [
        { target: EAST_SONNET, reason: 'open' },
        { target: WEST_SONNET, reason: 'open' },
        { target: EAST_HAIKU, outcome: 'skipped', reason: 'refused' },
        { target: WEST_HAIKU, outcome: 'answered' },
      ],
    });
    expect(result.refusedTargets).toBeUndefined();
  });

  test('is none of those that the job waits for', async () => {
    const { router, clock } = withoutPrimary({});
    const both = [{ target: EAST_HAIKU }, { target: WEST_HAIKU, tooLong: true as const }];

    const open = { outcome: 'skipped', untilMs: clock.nowMs + 60_000 };
    expect(await router.run(aRun({ refusedTargets: both }))).toMatchObject({
      outcome: 'deferred',
      unserved: [open, open],
    });
  });

  test('is not asked even if it refused only the length of the prompt', async () => {
    const { router, called } = aRouter();

    await router.run(aRun({ refusedTargets: [{ target: EAST_SONNET, tooLong: true }] }));

    expect(called()).toEqual([WEST_SONNET]);
  });
});

describe('a job that all targets have refused', () => {
  const ends = async (request: Partial<RunRequest>, given: Parameters<typeof aRouter>[0] = {}) => {
    const { router, called } = aRouter(given);
    const result: RunResult = await router.run(aRun(request));
    return { result, called: called() };
  };
  const all = [EAST_SONNET, WEST_SONNET, EAST_HAIKU, WEST_HAIKU];

  test('fails without a call, even if its caller would wait', async () => {
    const refusedTargets = all.map((target) => ({ target }));

    const { result, called } = await ends({ refusedTargets, whenOpen: 'fallback' });

    expect(result).toMatchObject({ outcome: 'refused', error: { type: INVALID } });
    expect(called).toEqual([]);
  });

  test('fails as too long if none had a window that is wide enough', async () => {
    const refusedTargets = [EAST_SONNET, WEST_SONNET, EAST_HAIKU].map((target) => ({
      target,
      tooLong: true as const,
    }));
    const script = fails('job', { tooLong: true, detail: 'Too long.' });

    const { result, called } = await ends({ refusedTargets }, { script });

    expect(result).toMatchObject({
      outcome: 'refused',
      error: { type: TOO_LONG },
      detail: 'Too long.',
    });
    expect(called).toEqual([WEST_HAIKU]);
  });

  test('fails with what the last model said', async () => {
    const refusedTargets = [EAST_SONNET, WEST_SONNET, EAST_HAIKU].map((target) => ({ target }));
    const script = fails('job', { detail: 'Why.' });

    const { result } = await ends({ refusedTargets }, { script });

    expect(result).toMatchObject({ outcome: 'refused', error: { type: INVALID }, detail: 'Why.' });
  });

  test('fails as invalid if only some refused its length', async () => {
    const refusedTargets = [
      { target: EAST_SONNET, tooLong: true as const },
      { target: EAST_HAIKU },
      { target: WEST_HAIKU },
    ];
    const script = fails('job', { tooLong: true, detail: 'Too long.' });

    const { result } = await ends({ refusedTargets }, { script });

    expect(result).toMatchObject({ outcome: 'refused', error: { type: INVALID } });
    expect(result).not.toHaveProperty('detail');
  });

  test('counts only the targets that may serve it', async () => {
    const refusedTargets = [{ target: WEST_SONNET }];

    const { result } = await ends({ refusedTargets, regions: ['us-west-2'], minTier: 'primary' });

    expect(result).toMatchObject({ outcome: 'refused', error: { type: INVALID } });
  });

  test('is not one that a target has failed in this run', async () => {
    const refusedTargets = [EAST_SONNET, WEST_SONNET, EAST_HAIKU].map((target) => ({ target }));

    const { result } = await ends({ refusedTargets, calledTargets: [WEST_HAIKU] });

    expect(result).toMatchObject({ outcome: 'deferred' });
  });
});
