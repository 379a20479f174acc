import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '../../../lambda/core/breaker/admission.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { CircuitChecker } from '../../support/circuit-checker.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aPolicy, FAIL, Fleet, IGNORED, OK, success } from '../../support/fleet.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** PROPERTY_RUNS and PROPERTY_SEED draw more, or the same again. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 200);
const SEED = Number(process.env.PROPERTY_SEED ?? 20_260_115);

const POLICY = aPolicy({
  cooldownSeconds: 10,
  cooldownMaxSeconds: 40,
  callTimeoutSeconds: 4,
  viewMaxAgeSeconds: 0.5,
  consecutiveFailures: 3,
  excessFailures: 4,
});

/** Answers of the store take up to this long each way. */
const LATENCY_MS = 40;
const GRACE_MS = POLICY.viewMaxAgeSeconds * 1000 + 4 * LATENCY_MS;

describe('under any interleaving', () => {
  test('72-76, 78. the shared record keeps its rules', async () => {
    let runs = 0;
    let reachedLastStage = 0;

    await fc.assert(
      fc.asyncProperty(world, async (drawn) => {
        const { checker, fleet } = await live(drawn);
        runs++;
        if (checker.highestStage === 2) reachedLastStage++;
        checker.checkEvents(fleet.events);
        expect(checker.violations).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );

    expect(reachedLastStage / runs).toBeGreaterThanOrEqual(0.3);
  }, 600_000);

  test('77. a target that is well again is closed in bounded time', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (drawn) => {
        const { checker, fleet, stopFaults } = await live(drawn);
        stopFaults();
        await callAround(fleet, drawn.workers, boundMs());
        expect(checker.violations).toEqual([]);
        expect(checker.state).toBe('CLOSED');
      }),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED + 1 },
    );
  }, 600_000);
});

interface World {
  readonly workers: number;
  readonly seed: number;
  readonly lostAnswers: number;
  readonly steps: readonly Step[];
}

interface Step {
  readonly action: 'call' | 'abandon' | 'crash';
  readonly worker: number;
  readonly outcome: 'ok' | 'slow' | 'fail' | 'ignored';
  readonly waitMs: number;
}

const step = (outcome: fc.Arbitrary<Step['outcome']>): fc.Arbitrary<Step> =>
  fc.record({
    action: weighted<Step['action']>(['call', 40], ['abandon', 1], ['crash', 1]),
    worker: fc.nat(49),
    outcome,
    waitMs: weighted([0, 6], [20, 6], [150, 4], [700, 4], [4_000, 1]),
  });

/** A target that fails, and then mostly does not. */
const world: fc.Arbitrary<World> = fc.record({
  workers: fc.integer({ min: 2, max: 50 }),
  seed: fc.nat(),
  lostAnswers: fc.constantFrom(0, 0, 0.05),
  steps: fc
    .tuple(
      fc.array(step(weighted(['fail', 8], ['ok', 1])), { minLength: 10, maxLength: 30 }),
      fc.array(step(weighted(['ok', 40], ['slow', 2], ['ignored', 1], ['fail', 1])), {
        minLength: 100,
        maxLength: 160,
        size: 'max',
      }),
    )
    .map(([ill, well]) => [...ill, ...well]),
});

/** Lets a world run: its calls, crashes and answers interleave as its seed has it. */
async function live({ workers, seed, lostAnswers, steps }: World) {
  const random = seededRandom(seed);
  const clock = new FakeClock();
  const checker = new CircuitChecker(POLICY);
  const memory = new MemoryCircuitStore(() => clock.now());
  const save = memory.save.bind(memory);
  memory.save = async (key, record, expected) => {
    const saved = await save(key, record, expected);
    if (saved) checker.saved(record, clock.now());
    return saved;
  };
  const skews = Array.from({ length: workers }, () => Math.round((random() - 0.5) * 3_800));
  const fleet = new Fleet({
    store: memory,
    clock,
    policy: POLICY,
    random,
    skewMs: (worker) => skews[worker % workers] ?? 0,
  });
  fleet.store.latency = () => clock.sleep(Math.floor(random() * LATENCY_MS));
  fleet.store.fault = (operation) =>
    operation === 'save' && random() < lostAnswers ? 'answer-lost' : undefined;
  let generation = 0;
  for (const { action, worker, outcome, waitMs } of steps) {
    const number = generation * workers + (worker % workers);
    if (action === 'crash') generation++;
    else void call(fleet, number, action === 'call' ? outcomes[outcome] : undefined, checker);
    await clock.advance(waitMs);
  }
  const stopFaults = () => {
    fleet.store.fault = () => undefined;
  };
  return { fleet, checker, stopFaults };
}

const outcomes: Readonly<Record<Step['outcome'], Outcome>> = {
  ok: OK,
  slow: success(3_900),
  fail: FAIL,
  ignored: IGNORED,
};

/** Without an outcome it is never settled. */
async function call(
  fleet: Fleet,
  worker: number,
  outcome: Outcome | undefined,
  checker: CircuitChecker,
): Promise<void> {
  const admission = await fleet.admit(worker);
  if (!admission.admitted) return;
  // A worker that lost the store knows of no other's opening.
  if (fleet.ofType('degraded').length === 0) checker.admitted(fleet.clock.now(), GRACE_MS);
  if (!outcome) return;
  const elapsedMs = outcome.kind === 'ignored' ? 100 : outcome.elapsedMs;
  await fleet.clock.sleep(elapsedMs);
  await admission.permit.settle(outcome);
  await fleet.worker(worker).flush();
}

/** Every worker calls twice a second, and all goes well. */
async function callAround(fleet: Fleet, workers: number, forMs: number): Promise<void> {
  const silent = new CircuitChecker(POLICY);
  for (let passedMs = 0; passedMs < forMs; passedMs += 500) {
    for (let worker = 0; worker < workers; worker++) {
      void call(fleet, 1_000_000 + worker, success(100), silent);
    }
    await fleet.clock.advance(500);
  }
}

/** A lease, the running cooldown, one more, three call timeouts. */
function boundMs(): number {
  const { callTimeoutSeconds, cooldownSeconds } = POLICY;
  return 1_000 * (1.25 * callTimeoutSeconds + 2 * 1.1 * cooldownSeconds + 3 * callTimeoutSeconds);
}

function weighted<Value>(...options: readonly (readonly [Value, number])[]): fc.Arbitrary<Value> {
  return fc.oneof(...options.map(([value, weight]) => ({ arbitrary: fc.constant(value), weight })));
}
