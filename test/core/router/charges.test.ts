import { describe, expect, test } from '@jest/globals';
import type { Attempt } from '../../../lambda/core/router/run-result.ts';
import { answers, fails } from '../../support/fake-model-client.ts';
import {
  aChain,
  aRouter,
  aRun,
  EAST_HAIKU,
  EAST_SONNET,
  WEST_HAIKU,
  WEST_SONNET,
} from '../../support/router-builders.ts';

const ALL = [EAST_SONNET, WEST_SONNET, EAST_HAIKU, WEST_HAIKU];

/** Returns a router whose targets all serve other jobs, and whose calls all end like this. */
function aBusyChain(script: Parameters<typeof aRouter>[0]) {
  const world = aRouter(script);
  for (const key of ALL) world.circuits.servedAtMs.set(key, world.clock.nowMs);
  return world;
}

function notProcessed(target: string): Attempt {
  return { target, tier: 'primary', outcome: 'model-error', at: 990_000, ms: 10 };
}

describe('a failed call', () => {
  test.each(['fault', 'timeout', 'model-error', 'broken-stream'] as const)(
    '83. of the kind %s is charged to the job if its target serves others',
    async (kind) => {
      const { router } = aBusyChain({ script: fails(kind) });

      const result = await router.run(aRun());

      expect(result.outcome).toBe('deferred');
      expect(result.attempts.map(({ charged }) => charged)).toEqual([true, true, true, true]);
    },
  );

  test.each(['quota-minute', 'capacity', 'network', 'config'] as const)(
    'of the kind %s is never charged',
    async (kind) => {
      const { router } = aBusyChain({ script: fails(kind) });

      const result = await router.run(aRun());

      expect(result.attempts.filter(({ charged }) => charged)).toEqual([]);
    },
  );

  test('84. is not charged while its target serves nobody', async () => {
    const { router } = aRouter({ script: fails('model-error') });

    const result = await router.run(aRun());

    expect(result.outcome).toBe('deferred');
    expect(result.attempts.filter(({ charged }) => charged)).toEqual([]);
  });

  test('with an unusable answer is charged too', async () => {
    const { router } = aBusyChain({ script: [answers(' '), answers()] });

    const result = await router.run(aRun());

    expect(result.attempts).toMatchObject([{ outcome: 'unusable', charged: true }, {}]);
  });
});

describe('a request that a model serving others cannot process', () => {
  const onlyPrimaryServes = (script: Parameters<typeof aRouter>[0]) => {
    const world = aRouter(script);
    world.circuits.servedAtMs.set(EAST_SONNET, world.clock.nowMs);
    return world;
  };

  test('85. is charged with the same failure on targets that serve nobody', async () => {
    const { router } = onlyPrimaryServes({ script: fails('model-error') });

    const result = await router.run(aRun());

    expect(result.attempts.map(({ charged }) => charged)).toEqual([true, true, true, true]);
  });

  test('85. is charged with the same failures of an earlier run within the window', async () => {
    const { router } = onlyPrimaryServes({ script: fails('model-error') });
    const attempts = [notProcessed(EAST_SONNET), notProcessed(WEST_HAIKU)];

    const result = await router.run(aRun({ attempts, failedCalls: 3 }));

    expect(result).toMatchObject({ outcome: 'no-answer', chargedEarlier: 2 });
    expect(result.attempts).toHaveLength(3);
  });

  test('84. is not charged with failures that are older than the window', async () => {
    const { router, clock } = onlyPrimaryServes({ script: fails('model-error') });
    const attempts = [{ ...notProcessed(EAST_SONNET), at: clock.nowMs - 60_001 }];

    const result = await router.run(aRun({ attempts }));

    expect(result.chargedEarlier).toBeUndefined();
  });

  test('84. is charged again only if the target has served others since its last call there', async () => {
    const { router, clock, circuits } = aRouter({ script: fails('model-error') });
    const attempts = [
      { ...notProcessed(EAST_SONNET), at: clock.nowMs - 5000, charged: true as const },
    ];
    const chargedIf = async (servedAgoMs: number) => {
      circuits.servedAtMs.set(EAST_SONNET, clock.nowMs - servedAgoMs);
      const result = await router.run(aRun({ attempts, failedCalls: 1 }));
      return result.attempts.filter(({ charged }) => charged).length;
    };

    expect(await chargedIf(4500)).toBe(0);
    expect(await chargedIf(3500)).toBe(4);
  });

  test('is not charged with a timeout of a target that serves nobody', async () => {
    const { router } = onlyPrimaryServes({ script: fails('timeout') });

    const result = await router.run(aRun());

    expect(result.attempts.filter(({ charged }) => charged)).toHaveLength(1);
  });
});

describe('the budget of failed calls', () => {
  test('83. ends the run at the call that spends it', async () => {
    const { router, called } = aBusyChain({ script: fails('model-error') });

    const result = await router.run(aRun({ failedCalls: 6 }));

    expect(result.outcome).toBe('no-answer');
    expect(called()).toEqual([EAST_SONNET, WEST_SONNET]);
  });

  test('is also spent by an unusable answer, which another target then need not repeat', async () => {
    const { router, called } = aBusyChain({ script: answers(' ') });

    const result = await router.run(aRun({ failedCalls: 7 }));

    expect(result.outcome).toBe('no-answer');
    expect(called()).toEqual([EAST_SONNET]);
  });

  test('is a setting', async () => {
    const settings = aChain({ jobs: { failedCalls: 1 } });
    const { router, called } = aBusyChain({ settings, script: fails('timeout') });

    const result = await router.run(aRun());

    expect(result.outcome).toBe('no-answer');
    expect(called()).toEqual([EAST_SONNET]);
  });
});

describe('a job that may be the cause of its failures', () => {
  test('85. counts on the circuit of the first target that cannot process it, and on no other', async () => {
    const { router, circuits } = aRouter({ script: fails('model-error') });

    await router.run(aRun());

    const kinds = circuits.settled.map(({ outcome }) => outcome.kind);
    expect(kinds).toEqual(['failure', 'ignored', 'ignored', 'ignored']);
  });

  test('counts again on the target that could not process it before', async () => {
    const { router, circuits } = aRouter({ script: [fails('model-error'), answers()] });

    await router.run(aRun({ attempts: [notProcessed(EAST_SONNET)] }));

    expect(circuits.settled[0]?.outcome.kind).toBe('failure');
  });

  test('counts as usual if its failures are faults or timeouts', async () => {
    const { router, circuits } = aRouter({ script: fails('timeout') });

    await router.run(aRun());

    expect(circuits.settled.every(({ outcome }) => outcome.kind === 'failure')).toBe(true);
  });

  test.each([
    ['charged', { failedCalls: 1 }, false],
    [
      'refused by two targets',
      { attempts: [notProcessed(EAST_SONNET), notProcessed(WEST_SONNET)] },
      false,
    ],
    ['refused by one target', { attempts: [notProcessed(EAST_SONNET)] }, true],
    ['new', {}, true],
  ])('83. is no recovery probe: %s', async (_, fields, mayProbe) => {
    const { router, circuits } = aRouter();

    await router.run(aRun(fields));

    expect(circuits.admissions).toMatchObject([{ mayProbe }]);
  });
});

test('86. a run that was put back goes on without the targets that it called', async () => {
  const { router, called } = aRouter({ script: fails('timeout') });

  await router.run(aRun({ calledTargets: [WEST_SONNET] }));

  expect(called()).toEqual([EAST_SONNET, EAST_HAIKU, WEST_HAIKU]);
});
