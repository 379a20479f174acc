import { describe, expect, test } from '@jest/globals';
import { withCharged } from '../../../lambda/core/router/charges.ts';
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
    // The last call there ended 4,990 ms ago, and the time of an answer is known to one second.
    expect(await chargedIf(3990)).toBe(0);
    expect(await chargedIf(3989)).toBe(4);
  });

  test('85. is charged with a failure that is exactly as old as the window', async () => {
    const { router, clock } = onlyPrimaryServes({ script: fails('model-error') });
    const attempts = [{ ...notProcessed(WEST_SONNET), at: clock.nowMs - 60_000 }];

    const result = await router.run(aRun({ attempts }));

    expect(result.chargedEarlier).toBe(1);
  });

  test('85. is charged with the calls that failed in the same run before it reached that model', async () => {
    const { router, circuits, clock } = aRouter({ script: fails('model-error') });
    circuits.servedAtMs.set(WEST_SONNET, clock.nowMs);

    const result = await router.run(aRun({ minTier: 'primary' }));

    expect(result.attempts).toMatchObject([
      { target: EAST_SONNET, outcome: 'model-error', charged: true },
      { target: WEST_SONNET, outcome: 'model-error', charged: true },
    ]);
  });

  test('85. is charged with the calls of the run only once', async () => {
    const { router, circuits, clock } = aRouter({ script: fails('model-error') });
    circuits.servedAtMs.set(WEST_SONNET, clock.nowMs);
    circuits.servedAtMs.set(EAST_HAIKU, clock.nowMs);

    // The budget is 8: four charges are left, one for each target.
    const result = await router.run(aRun({ failedCalls: 4 }));

    expect(result).toMatchObject({ outcome: 'no-answer' });
    expect(result.attempts).toHaveLength(4);
  });

  test('is not charged with earlier failures because of a timeout', async () => {
    const { router } = onlyPrimaryServes({ script: fails('timeout') });

    const result = await router.run(aRun({ attempts: [notProcessed(WEST_SONNET)] }));

    expect(result.attempts[0]).toMatchObject({ outcome: 'timeout', charged: true });
    expect(result.chargedEarlier).toBeUndefined();
  });

  test('is not charged where nobody is served because of a timeout elsewhere', async () => {
    const { router } = onlyPrimaryServes({
      script: [fails('timeout'), fails('model-error'), answers()],
    });

    const result = await router.run(aRun());

    expect(result.attempts.map(({ charged }) => charged)).toEqual([true, undefined, undefined]);
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

  test('counts on no other circuit if the answer there is of no use', async () => {
    const { router, circuits } = aRouter({ script: [answers(''), answers()] });

    await router.run(aRun({ attempts: [notProcessed(WEST_SONNET)] }));

    expect(circuits.settled[0]?.outcome.kind).toBe('ignored');
  });

  test('may be one whose answer elsewhere was of no use', async () => {
    const { router, circuits } = aRouter({ script: [answers(''), fails('model-error')] });

    await router.run(aRun({ minTier: 'primary' }));

    expect(circuits.settled.map(({ outcome }) => outcome.kind)).toEqual(['failure', 'ignored']);
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
    [
      'refused by one target twice',
      { attempts: [notProcessed(EAST_SONNET), notProcessed(EAST_SONNET)] },
      true,
    ],
    [
      'timed out at two targets',
      {
        attempts: [EAST_SONNET, WEST_SONNET].map((target) => ({
          ...notProcessed(target),
          outcome: 'timeout' as const,
        })),
      },
      true,
    ],
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

describe('the attempts of earlier runs', () => {
  const timeout: Attempt = { ...notProcessed(EAST_SONNET), outcome: 'timeout' };
  const useless: Attempt = { ...notProcessed(WEST_SONNET), outcome: 'unusable' };
  const charged: Attempt = { ...notProcessed(EAST_HAIKU), charged: true };
  const attempts = [notProcessed(EAST_SONNET), useless, notProcessed(WEST_HAIKU), timeout, charged];
  const charges = (count: number) => withCharged(attempts, count).map((each) => each.charged);

  test.each([
    [0, [undefined, undefined, undefined, undefined, true]],
    [1, [undefined, undefined, true, undefined, true]],
    [2, [undefined, true, true, undefined, true]],
    [9, [true, true, true, undefined, true]],
  ])('are charged from the latest on if a run charges %i of them', (count, expected) => {
    expect(charges(count)).toEqual(expected);
  });

  test('stay as they were in every other respect', () => {
    const uncharged = withCharged(attempts, 2).map(({ charged: _, ...attempt }) => attempt);

    expect(uncharged).toEqual(attempts.map(({ charged: _, ...attempt }) => attempt));
  });
});
