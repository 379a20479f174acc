import { describe, expect, test } from '@jest/globals';
import { targetsOf } from '../../lambda/contract/chains.ts';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { shortestCallMs } from '../../lambda/contract/time-budget.ts';
import type { OverrideMode } from '../../lambda/contract/words.ts';
import type { Admission, CallRequest } from '../../lambda/core/breaker/admission.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/summary.ts';
import { leaseMsOf } from '../../lambda/core/router/call-limits.ts';
import { FakeCircuitGate } from '../support/fake-circuit-gate.ts';
import { answers, fails, type ModelScript } from '../support/fake-model-client.ts';
import { PRIMARY, ProberWorld, SECONDARY } from '../support/prober-world.ts';
import { targetOf } from '../support/router-builders.ts';

const MINUTE_MS = 60_000;

describe('the prober', () => {
  test('closes the circuit of a healthy target in three minutes, with sixteen calls and no job', async () => {
    const world = await new ProberWorld().outage();
    world.models.follow(answers());

    const seen = await world.minutes(4);

    expect(seen).toEqual([
      { state: 'HALF_OPEN', stage: 1, calls: 1 },
      { state: 'HALF_OPEN', stage: 2, calls: 6 },
      { state: 'CLOSED', calls: 16 },
      { state: 'CLOSED', calls: 16 },
    ]);
  });

  test('calls a target that is still broken at most once per cooldown', async () => {
    const world = await new ProberWorld().outage();

    const seen = await world.minutes(10);

    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['OPEN']));
    const pauses = world.calledAtMs.slice(1).map((at, i) => at - (world.calledAtMs[i] ?? 0));
    expect(pauses.length).toBeGreaterThanOrEqual(4);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(
      world.settings.breaker.cooldownSeconds * 1000,
    );
  });

  test('stops at the first failure of a stage, which opens the circuit again', async () => {
    const world = await new ProberWorld().outage();
    world.models.follow([answers(), answers(), fails('capacity')]);

    const seen = await world.minutes(2);

    expect(seen.at(-1)).toEqual({ state: 'OPEN', calls: 3 });
  });

  test('stops at a failure that the circuit ignores and tries again a minute later', async () => {
    const world = await new ProberWorld().outage();
    world.models.follow([
      answers(),
      answers(),
      fails('job'),
      answers(),
      answers(),
      answers(),
      answers(),
    ]);

    const seen = await world.minutes(3);

    expect(seen.slice(1)).toEqual([
      { state: 'HALF_OPEN', stage: 1, calls: 3 },
      { state: 'HALF_OPEN', stage: 2, calls: 7 },
    ]);
  });

  test('asks for a single token, with an id that no job and no other probe has', async () => {
    const world = await new ProberWorld().outage();
    world.models.follow(answers());
    await world.minutes(2);

    const [first, second] = world.models.calls;

    expect(first).toEqual({
      target: targetsOf(world.settings)[0],
      conversation: {
        messages: [userMessage('Reply with OK.')],
        inferenceConfig: { maxTokens: 1 },
      },
      jobId: expect.stringMatching(/^probe-/),
    });
    expect(second?.jobId).not.toBe(first?.jobId);
    const { firstTokenSeconds, stallSeconds } = world.settings.breaker;
    expect(world.models.limits[0]?.answerMs).toBe((firstTokenSeconds + stallSeconds) * 1000);
  });

  test('calls a target of several chains once, and counts its tokens in its first tier', async () => {
    const tiers = [{ name: 'only', targets: [targetOf(PRIMARY)], maxTokens: 9 }];
    const world = await new ProberWorld({
      chains: { fast: { tiers }, strong: { tiers } },
    }).outage();
    world.models.follow(answers());

    expect(await world.minutes(2)).toMatchObject([{ calls: 1 }, { calls: 6 }]);
    const counted = Object.keys(world.telemetry.counts);
    expect(counted).toContain(`${METRIC.inputTokens} fast/only`);
    expect(counted).not.toContain(`${METRIC.inputTokens} strong/only`);
  });

  test('makes no calls while it is off or all circuits are closed', async () => {
    const off = await new ProberWorld({ probe: { enabled: false } }).outage();
    const healthy = new ProberWorld();

    await off.minutes(3);
    await healthy.minutes(3);

    expect([off.models.calls, healthy.models.calls]).toEqual([[], []]);
    expect(healthy.telemetry.logged).toEqual([]);
  });

  test('does not call a target before its cooldown is over', async () => {
    const breaker = { cooldownSeconds: 600, cooldownMaxSeconds: 900 };
    const world = await new ProberWorld({ breaker }).outage();

    await world.minutes(8);
    const during = world.models.calls.length;
    await world.minutes(2);

    expect([during, world.models.calls.length]).toEqual([0, 1]);
  });

  test.each<OverrideMode>(['force-open', 'force-closed', 'observe'])(
    'calls no target while %s is in force, and continues when it ends',
    async (mode) => {
      const world = await new ProberWorld().outage();
      await world.override(mode, 2.5 * MINUTE_MS);

      await world.minutes(3);
      const during = world.models.calls.length;
      await world.minutes(1);

      expect([during, world.models.calls.length]).toEqual([0, 1]);
    },
  );

  test('does not call a target whose circuit has closed since it was read', async () => {
    const world = new ProberWorld();
    const circuits = {
      admit: (key: string) => world.worker.admit(key),
      summaries: async () => [{ key: PRIMARY, state: 'OPEN' as const, untilMs: 0 }],
    };

    await world.probe({ circuits });

    expect(world.models.calls).toEqual([]);
  });

  test('leaves a disabled target to the jobs’ checks', async () => {
    const world = await new ProberWorld().outage();
    for (const job of ['a', 'b', 'c'])
      await world.disabledTargets.failed(PRIMARY, { jobId: job, reason: 'NoAccess' });

    await world.minutes(5);

    expect(world.models.calls).toEqual([]);
  });

  test('disables a target whose probes end in configuration errors', async () => {
    const world = await new ProberWorld().outage();
    world.models.follow(fails('config', { name: 'AccessDeniedException' }));

    await world.minutes(8);

    expect(world.models.calls).toHaveLength(3);
    expect((await world.disabledTargets.all())[PRIMARY]?.disabled).toBeDefined();
  });

  test('leaves the first half minute of a recovery to the jobs that began it', async () => {
    const world = await new ProberWorld().outage();
    world.models.follow(answers());
    const admission = await world.ended(Promise.resolve(world.worker.admit(PRIMARY)));
    if (!admission.admitted) throw new Error(admission.reason);
    await world.ended(Promise.resolve(admission.permit.settle({ kind: 'success' })));

    await world.probe();
    const atOnce = world.models.calls.length;
    await world.clock.advance(MINUTE_MS / 2);
    await world.probe();

    expect([atOnce, world.models.calls.length]).toEqual([0, 5]);
  });

  test('makes no extra calls to a healthy target when two probers run at once', async () => {
    const world = await new ProberWorld().outage();
    world.models.follow(async () => {
      await world.clock.sleep(2_000);
      return answers();
    });

    const seen = await world.minutes(4, 2);

    expect(seen[0]).toEqual({ state: 'HALF_OPEN', stage: 1, calls: 1 });
    expect(seen.at(-1)).toEqual({ state: 'CLOSED', calls: 16 });
  });

  test('starts no call that the function could not finish', async () => {
    const world = await new ProberWorld().outage();
    const { breaker, jobs } = world.settings;
    const neededMs = shortestCallMs(breaker, jobs);

    await world.probe({ timeLeftMs: neededMs - 1 });
    const tooLate = world.models.calls.length;
    expect(world.telemetry.logged).toEqual([]);
    await world.probe({ timeLeftMs: neededMs });

    expect([tooLate, world.models.calls.length]).toEqual([0, 1]);
  });

  test('continues with the other targets when one of them throws', async () => {
    const world = await new ProberWorld().outage([PRIMARY, SECONDARY]);
    world.models.follow(({ target }) => {
      if (target.modelId === 'anthropic.primary') throw new TypeError('a text of a prompt');
      return answers();
    });

    await world.minutes(1);

    expect(await world.circuit(SECONDARY)).toMatchObject({ state: 'HALF_OPEN', stage: 1 });
    expect(world.telemetry.logged).toContainEqual({
      message: 'target not probed',
      fields: { target: PRIMARY, error: 'TypeError' },
    });
  });

  test('counts its calls as model calls and also as probes', async () => {
    const world = await new ProberWorld().outage();
    world.models.follow([answers(), fails('quota-minute')]);

    await world.minutes(2);

    const { counts, logged } = world.telemetry;
    expect(counts).toMatchObject({
      [`${METRIC.modelCalls} ${PRIMARY}`]: 2,
      [`${METRIC.probes} ${PRIMARY}`]: 2,
      [`${METRIC.modelThrottles} ${PRIMARY}`]: 1,
    });
    expect(logged).toContainEqual({
      message: 'target probed',
      fields: { target: PRIMARY, stage: 1, calls: 1, isAnswering: false },
    });
  });
});

describe('a circuit that the prober reads', () => {
  const NOW = new ProberWorld().clock.now();

  /** Circuits with this summary of the primary, whose permits are of one stage. */
  class OneStage extends FakeCircuitGate {
    readonly #permitStage: number;

    constructor(summary: Omit<CircuitSummary, 'key'>, permitStage = 0) {
      super();
      this.summarize({ key: PRIMARY, ...summary });
      this.#permitStage = permitStage;
    }

    override admit(key: string, call?: CallRequest): Admission {
      const admission = super.admit(key, call);
      if (!admission.admitted) return admission;
      return { admitted: true, permit: { ...admission.permit, stage: this.#permitStage } };
    }
  }

  async function probe(circuits: OneStage, script: ModelScript = answers(), breaker = {}) {
    const world = new ProberWorld({ breaker });
    world.models.follow(script);
    await world.probe({ circuits });
    return world;
  }

  test.each<[string, Omit<CircuitSummary, 'key'>, number, number]>([
    ['is closed', { state: 'CLOSED' }, 60, 0],
    ['has just opened', { state: 'OPEN', sinceMs: NOW }, 60, 1],
    ['has recovered for less than 30 s', { state: 'HALF_OPEN', sinceMs: NOW - 29_999 }, 60, 0],
    ['has recovered for 30 s', { state: 'HALF_OPEN', sinceMs: NOW - 30_000 }, 60, 1],
    ['has recovered for 30 s of a long cooldown', at(30_000), 120, 1],
    ['has recovered for less than half its cooldown', at(4_999), 10, 0],
    ['has recovered for half its cooldown', at(5_000), 10, 1],
  ])(
    'is asked for a permit as its state demands: it %s',
    async (_, summary, cooldownSeconds, asked) => {
      const circuits = new OneStage(summary);

      await probe(circuits, answers(), { cooldownSeconds });

      expect(circuits.admissions).toHaveLength(asked);
    },
  );

  function at(agoMs: number) {
    return { state: 'HALF_OPEN', sinceMs: NOW - agoMs } as const;
  }

  test('is asked for as many permits as its stage has, with the lease of a short call', async () => {
    const circuits = new OneStage({ state: 'HALF_OPEN', sinceMs: 0, stage: 1 }, 1);

    const { models } = await probe(circuits);

    expect(models.calls).toHaveLength(5);
    const [limits] = models.limits;
    if (!limits) throw new Error('no call');
    const asked = { key: PRIMARY, leaseMs: leaseMsOf(limits) };
    expect(circuits.admissions).toEqual(Array(5).fill(asked));
    expect(circuits.tokens).toEqual(Array(5).fill(PRIMARY));
  });

  test('gets back a permit of another stage, unused', async () => {
    const circuits = new OneStage({ state: 'HALF_OPEN', sinceMs: 0, stage: 1 }, 2);

    const { models, telemetry } = await probe(circuits);

    expect(models.calls).toEqual([]);
    expect(circuits.settled).toEqual([{ key: PRIMARY, outcome: { kind: 'ignored' } }]);
    expect(telemetry.logged).toEqual([]);
  });

  test('gets no call and no error without a permit', async () => {
    const circuits = new OneStage({ state: 'OPEN' });
    circuits.reject(PRIMARY);

    const { models, telemetry } = await probe(circuits);

    expect([models.calls, telemetry.logged]).toEqual([[], []]);
  });

  test('does not count a call that throws', async () => {
    const circuits = new OneStage({ state: 'OPEN' });

    await probe(circuits, () => {
      throw new TypeError();
    });

    expect(circuits.settled).toEqual([{ key: PRIMARY, outcome: { kind: 'ignored' } }]);
  });
});

test('an answer clears the configuration errors of the target', async () => {
  const world = await new ProberWorld().outage();
  await world.disabledTargets.failed(PRIMARY, { jobId: 'a', reason: 'NoAccess' });
  world.models.follow(answers());

  await world.minutes(1);

  expect(await world.disabledTargets.all()).toEqual({});
});
