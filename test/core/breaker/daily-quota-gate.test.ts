import { describe, expect, test } from '@jest/globals';
import type { BreakerPolicy } from '../../../lambda/contract/policy.ts';
import type { Admission, CallRequest } from '../../../lambda/core/breaker/admission.ts';
import { Breaker } from '../../../lambda/core/breaker/breaker.ts';
import {
  DailyQuotaGate,
  scopesWithoutDays,
} from '../../../lambda/core/breaker/daily-quota-gate.ts';
import type { CircuitEvent } from '../../../lambda/core/breaker/events.ts';
import { scopesOfTarget } from '../../../lambda/core/breaker/override-scopes.ts';
import type { Outcome, Permit } from '../../../lambda/core/breaker/permit.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aPolicy, FAIL, failure, OK } from '../../support/fleet.ts';
import { WatchedStore } from '../../support/watched-store.ts';

const SONNET = 'us-east-1/us.anthropic.claude-sonnet-4-6';
const HAIKU = 'us-east-1/us.anthropic.claude-haiku-4-5';
const WEST = 'us-west-2/us.anthropic.claude-sonnet-4-6';
const DAY = 'us-east-1/daily-quota';
const QUOTA = failure('quota-day');
const HOUR = 3_600;

describe('a daily-quota error', () => {
  test('69. stops every target of its Region on every worker, and no target of another', async () => {
    const fleet = new GateFleet();
    await fleet.call(HAIKU, OK, 2);

    await fleet.call(SONNET, QUOTA, 1);

    for (const key of [SONNET, HAIKU]) {
      expect(await fleet.admit(key, 3)).toEqual({
        admitted: false,
        key,
        reason: 'quota-day',
        retryAfterMs: HOUR * 1000,
      });
    }
    expect(await fleet.admit(WEST, 3)).toMatchObject({ admitted: true });
  });

  test('69. leaves the circuit of its target closed', async () => {
    const fleet = new GateFleet({ minimumCalls: 1, consecutiveFailures: 1 });

    await fleet.call(SONNET, QUOTA);

    expect(await fleet.worker(2).summaries([SONNET])).toMatchObject([{ state: 'CLOSED' }]);
    expect(await fleet.worker(2).dailyQuotas(['us-east-1', 'us-west-2'])).toEqual(
      new Map([
        ['us-east-1', expect.objectContaining({ state: 'OPEN', failure: 'quota-day' })],
        ['us-west-2', expect.objectContaining({ state: 'CLOSED' })],
      ]),
    );
  });

  test('69. admits one call an hour until the reset', async () => {
    const fleet = new GateFleet();
    await fleet.call(SONNET, QUOTA);
    for (let hour = 1; hour <= 3; hour++) {
      await fleet.seconds(HOUR - 1);
      expect(await fleet.admit(HAIKU)).toMatchObject({ admitted: false, retryAfterMs: 1_000 });
      await fleet.seconds(1);
      const probe = await fleet.permit(HAIKU);
      expect(await fleet.admit(SONNET, 2)).toMatchObject({ admitted: false, reason: 'quota-day' });
      await probe.settle(QUOTA);
    }

    expect(fleet.events.filter(({ type }) => type === 'opened')).toHaveLength(4);
    const days = await fleet.worker(3).dailyQuotas(['us-east-1']);
    expect(days.get('us-east-1')).toMatchObject({
      state: 'OPEN',
      untilMs: Date.UTC(2026, 0, 16),
      probeAtMs: fleet.clock.now() + HOUR * 1000,
    });
  });

  test('69. is over at the first success, for the whole Region', async () => {
    const fleet = new GateFleet();
    await fleet.call(SONNET, QUOTA);
    await fleet.seconds(HOUR);

    expect(await fleet.call(HAIKU, OK, 2)).toBe(true);
    await fleet.seconds(5);

    for (let i = 0; i < 20; i++) expect(await fleet.call(SONNET, OK, 3)).toBe(true);
  });

  test('69. is over when the stream of its probe has run for the stall limit', async () => {
    const fleet = new GateFleet();
    await fleet.call(SONNET, QUOTA);
    await fleet.seconds(HOUR);
    const probe = await fleet.permit(SONNET);
    await probe.token();
    await fleet.seconds(20);

    expect(await fleet.admit(HAIKU, 2)).toMatchObject({ admitted: true });
  });

  test('69. is over before a flush ends, if its probe is being settled', async () => {
    const fleet = new GateFleet();
    await fleet.call(SONNET, QUOTA);
    await fleet.seconds(HOUR);
    const probe = await fleet.permit(SONNET);
    void probe.settle(OK);

    await fleet.worker(1).flush();

    expect(await fleet.admit(HAIKU, 2)).toMatchObject({ admitted: true });
  });

  test('69. keeps its probe if the probe fails for another reason', async () => {
    const fleet = new GateFleet();
    await fleet.call(SONNET, QUOTA);
    await fleet.seconds(HOUR);

    await fleet.call(SONNET, failure('capacity'));

    expect(await fleet.call(HAIKU, OK, 2)).toBe(true);
  });

  test('69. returns its probe if the circuit of the target rejects the call', async () => {
    const fleet = new GateFleet();
    await fleet.call(HAIKU, QUOTA);
    await fleet.seconds(HOUR - 10);
    await fleet.open(SONNET);
    await fleet.seconds(10);

    expect(await fleet.admit(SONNET, 3)).toMatchObject({ admitted: false });
    expect(await fleet.admit(HAIKU, 4)).toMatchObject({ admitted: true });
  });

  test('69. gives its probe to no call that should not probe, and holds it as long as asked', async () => {
    const fleet = new GateFleet();
    await fleet.call(SONNET, QUOTA);
    await fleet.seconds(HOUR);

    expect(await fleet.admit(SONNET, 1, { mayProbe: false })).toMatchObject({
      admitted: false,
      retryAfterMs: 60_000,
    });
    await fleet.permit(SONNET, 1, { leaseMs: 900_000 });
    await fleet.seconds(899);
    expect(await fleet.admit(HAIKU, 2)).toMatchObject({ admitted: false, retryAfterMs: 1_000 });
  });

  test('is no slow call, so a slow probe ends it too', async () => {
    const fleet = new GateFleet({ slowFirstTokenSeconds: 10 });
    await fleet.call(SONNET, QUOTA);
    await fleet.seconds(HOUR);
    const probe = await fleet.permit(SONNET);
    await fleet.seconds(15);

    await probe.settle(OK);

    expect(await fleet.admit(HAIKU, 2)).toMatchObject({ admitted: true });
  });

  test('does not stop a target that an operator forces closed', async () => {
    const fleet = new GateFleet();
    await fleet.call(SONNET, QUOTA);
    const untilMs = fleet.clock.now() + 60_000;
    const override = {
      mode: 'force-closed',
      reason: 'r',
      actor: 'a',
      sinceMs: 0,
      untilMs,
    } as const;
    await fleet.breaker(1).override('region', 'us-east-1', override);

    expect(await fleet.admit(HAIKU, 2)).toMatchObject({ admitted: true });
    await fleet.seconds(60);
    expect(await fleet.admit(HAIKU, 3)).toMatchObject({ admitted: false, reason: 'quota-day' });
  });
});

describe('a Region with quota left', () => {
  test('costs no writes of its own, whatever its calls do', async () => {
    const fleet = new GateFleet();
    const stream = await fleet.permit(SONNET);
    await stream.token();
    await fleet.seconds(10);
    await stream.token();
    await stream.settle(OK);
    for (let i = 0; i < 5; i++) await fleet.call(SONNET, i % 2 ? OK : FAIL);
    await fleet.worker(1).flush();

    const writes = fleet.store.times('addToWindow', DAY) + fleet.store.times('save', DAY);
    expect(writes).toBe(0);
    expect(fleet.store.times('addToWindow', SONNET)).toBeGreaterThan(0);
  });

  test('is answered without a promise while both views are fresh', async () => {
    const fleet = new GateFleet({ viewMaxAgeSeconds: 1 });
    await fleet.admit(SONNET);

    expect(fleet.worker(1).admit(SONNET)).toMatchObject({ admitted: true });
  });

  test('reads its own circuit once in five seconds, and the overrides no oftener than before', async () => {
    const fleet = new GateFleet({ viewMaxAgeSeconds: 1 });
    for (let second = 0; second < 20; second++) {
      await fleet.admit(SONNET);
      await fleet.seconds(1);
    }

    expect(fleet.store.times('load', DAY)).toBe(4);
    expect(fleet.store.times('load', '#overrides')).toBe(4);
  });

  test('passes everything else to the circuits of the targets', async () => {
    const fleet = new GateFleet();
    await fleet.call(SONNET, OK);
    expect(await fleet.worker(1).lastServedAtMs(SONNET)).toBe(fleet.clock.now());
    expect(await fleet.worker(1).recent([SONNET])).toMatchObject([{ key: SONNET, calls: 1 }]);

    await fleet.worker(1).restart(SONNET, fleet.clock.now());

    expect(await fleet.permit(SONNET)).toMatchObject({ key: SONNET, stage: 0 });
  });

  test('reports a lost store once', async () => {
    const fleet = new GateFleet();
    fleet.store.fault = () => 'lost';

    for (let i = 0; i < 5; i++) await fleet.call(SONNET, OK);

    expect(fleet.events).toMatchObject([{ type: 'degraded' }]);
  });
});

/** Workers that share a store and keep the day circuits of their Regions. */
class GateFleet {
  readonly clock = new FakeClock();
  readonly events: CircuitEvent[] = [];
  readonly store = new WatchedStore(new MemoryCircuitStore(() => this.clock.now()));
  readonly #policy: BreakerPolicy;
  readonly #workers = new Map<
    number,
    { readonly breaker: Breaker; readonly gate: DailyQuotaGate }
  >();

  constructor(policy: Partial<BreakerPolicy> = {}) {
    this.#policy = aPolicy(policy);
  }

  worker(number: number): DailyQuotaGate {
    return this.#worker(number).gate;
  }

  breaker(number: number): Breaker {
    return this.#worker(number).breaker;
  }

  async admit(key: string, worker = 1, call?: CallRequest) {
    return await this.worker(worker).admit(key, call);
  }

  async permit(key: string, worker = 1, call?: CallRequest): Promise<Permit> {
    const admission = await this.admit(key, worker, call);
    if (admission.admitted) return admission.permit;
    throw new Error(`worker ${worker} was rejected: ${admission.reason}`);
  }

  async call(key: string, outcome: Outcome, worker = 1): Promise<boolean> {
    const admission = await this.admit(key, worker);
    if (!admission.admitted) return false;
    await admission.permit.settle(outcome);
    await this.worker(worker).flush();
    return true;
  }

  /** Opens the circuit of a target. */
  async open(key: string): Promise<void> {
    for (let i = 0; i < 20; i++) {
      const admission = await this.breaker(1).admit(key);
      if (admission.admitted) await admission.permit.settle(FAIL);
    }
  }

  async seconds(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  #worker(number: number) {
    const known = this.#workers.get(number);
    if (known) return known;
    const { clock, store } = this;
    const policy = () => this.#policy;
    const breaker = new Breaker({
      store,
      newPrivateStore: () => new MemoryCircuitStore(() => clock.now()),
      policy,
      clock,
      random: () => 0,
      workerId: `w${number}`,
      on: (event) => this.events.push(event),
      scopesOf: scopesWithoutDays(scopesOfTarget),
    });
    const worker = { breaker, gate: new DailyQuotaGate(breaker, policy) };
    this.#workers.set(number, worker);
    return worker;
  }
}

test('only a day circuit has no scopes', () => {
  const scopesOf = scopesWithoutDays(scopesOfTarget);

  expect(scopesOf(DAY)).toEqual([]);
  expect(scopesOf(SONNET)).toEqual(scopesOfTarget(SONNET));
});

describe('a gate', () => {
  const aGate = (target: Admission, day: Admission) => {
    const days = { admit: () => day } as unknown as Breaker;
    const targets = { admit: () => target, overrideOf: () => undefined, sibling: () => days };
    return new DailyQuotaGate(targets as unknown as Breaker, () => aPolicy());
  };
  const unknown = { admitted: false, key: DAY, reason: 'unknown', retryAfterMs: 5 } as const;

  test('names the quota as the reason only if the day circuit is out', () => {
    const rejected = { ...unknown, key: SONNET };

    expect(aGate(rejected, unknown).admit(SONNET)).toEqual(rejected);
    for (const reason of ['open', 'half-open'] as const) {
      const expected = { ...rejected, reason: 'quota-day' };
      expect(aGate(rejected, { ...unknown, reason }).admit(SONNET)).toEqual(expected);
    }
  });

  test('returns the permit of the day circuit if the target rejects the call', () => {
    const outcomes: Outcome[] = [];
    const settle = (outcome: Outcome) => void outcomes.push(outcome);
    const permit = { key: DAY, token: () => undefined, settle };
    const rejected = { ...unknown, key: SONNET };

    expect(aGate(rejected, { admitted: true, permit }).admit(SONNET)).toBe(rejected);
    expect(outcomes).toEqual([{ kind: 'ignored' }]);
  });
});
