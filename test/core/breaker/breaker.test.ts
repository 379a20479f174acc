import { describe, expect, jest, test } from '@jest/globals';
import { aFleet, FAIL, type Fleet, KEY, OK } from '../../support/fleet.ts';

describe('admission by a cached view', () => {
  test('answers without a promise while the view is fresh', async () => {
    const fleet = aFleet({ policy: { viewMaxAgeSeconds: 1 } });
    await fleet.admit();
    await fleet.seconds(0.999);

    expect(fleet.worker(1).admit(KEY)).toMatchObject({ admitted: true });

    await fleet.seconds(0.001);
    expect(fleet.worker(1).admit(KEY)).toBeInstanceOf(Promise);
  });

  test('shares one read among concurrent callers', async () => {
    const fleet = aFleet();

    await Promise.all(Array.from({ length: 20 }, () => fleet.admit()));

    expect(fleet.store.times('load', KEY)).toBe(1);
  });

  test('a late response does not undo what the worker learned after its request', async () => {
    const fleet = aFleet({ policy: { viewMaxAgeSeconds: 1 } });
    await fleet.calls(19, FAIL);
    const last = await fleet.permit();
    await fleet.seconds(1);
    const late = holdResponseOfNextLoad(fleet);
    const waiting = fleet.admit();
    await last.settle(FAIL);
    late.arrive();
    await waiting;

    expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'open' });
  });

  test('76. is decided again if the view became stale while the overrides were read', async () => {
    const fleet = aFleet({ policy: { viewMaxAgeSeconds: 1 } });
    await fleet.call(OK, 1);
    fleet.store.latency = (_operation, key) => fleet.clock.sleep(key === '#overrides' ? 1_500 : 0);
    const waiting = fleet.admit(2);
    await fleet.calls(20, FAIL);

    await fleet.seconds(3);

    expect(await waiting).toMatchObject({ admitted: false, reason: 'open' });
  });

  test('is no longer trusted after the worker’s clock has stepped back', async () => {
    const fleet = aFleet({ policy: { viewMaxAgeSeconds: 1 } });
    await fleet.admit();
    fleet.store.asked.length = 0;

    fleet.clock.step(-10_000);
    await fleet.admit();

    expect(fleet.store.asked.map(({ key }) => key).sort()).toEqual(['#overrides', KEY]);
  });

  test.each(['', '#overrides'])('refuses the key "%s", which cannot name a circuit', (key) => {
    expect(() => aFleet().worker(1).admit(key)).toThrow(
      new RangeError(
        `circuit key: got "${key}", allowed is a non-empty text that does not start with #`,
      ),
    );
  });

  test('shares one write among concurrent claims of one worker', async () => {
    const fleet = aFleet();
    await fleet.calls(20, FAIL);
    await fleet.seconds(60);
    await fleet.call(OK);
    fleet.store.asked.length = 0;

    const admissions = await Promise.all(Array.from({ length: 8 }, () => fleet.admit()));

    expect(admissions.filter(({ admitted }) => admitted)).toHaveLength(5);
    expect(fleet.store.times('save', KEY)).toBe(1);
    // One read for all admissions, and one for all claims.
    expect(fleet.store.times('load', KEY)).toBe(2);
  });

  test('fails if the listener fails, and the next claim does not wait for it', async () => {
    const fleet = aFleet();
    await fleet.calls(20, FAIL);
    await fleet.seconds(66);
    fleet.store.fault = (operation) => (operation === 'save' ? 'lost' : undefined);
    const listen = jest.spyOn(fleet.events, 'push').mockImplementation(() => {
      throw new Error('the listener failed');
    });

    await expect(fleet.admit()).rejects.toThrow('the listener failed');
    listen.mockRestore();

    expect(await fleet.admit()).toMatchObject({ admitted: true, permit: { stage: 0 } });
  });
});

describe('a flush', () => {
  test('is shared by failures of the same moment', async () => {
    const fleet = aFleet();
    const permits = await Promise.all(Array.from({ length: 10 }, () => fleet.permit()));
    await fleet.worker(1).flush();
    fleet.store.asked.length = 0;

    await Promise.all(permits.map((permit) => permit.settle(FAIL)));

    expect(fleet.store.times('addToWindow')).toBe(1);
  });

  test('writes nothing when nothing is pending', async () => {
    const fleet = aFleet();
    await fleet.permit();
    await fleet.worker(1).flush();
    fleet.store.asked.length = 0;

    await fleet.permit();
    await fleet.worker(1).flush();

    expect(fleet.store.times('addToWindow')).toBe(0);
  });

  test('waits for the results of permits that are being written', async () => {
    const fleet = aFleet();
    await fleet.calls(20, FAIL);
    await fleet.seconds(60);
    const probe = await fleet.permit();
    void probe.settle(OK);

    await fleet.worker(1).flush();

    expect(fleet.ofType('stage_advanced')).toHaveLength(1);
  });
});

describe('a call', () => {
  test('is slow by its own duration, not by work that its caller did before it', async () => {
    const fleet = aFleet({ policy: { slowFirstTokenSeconds: 30, minimumCalls: 1 } });
    const permit = await fleet.permit();
    await fleet.seconds(31);

    await permit.settle({ kind: 'success', elapsedMs: 2_000 });
    await fleet.worker(1).flush();

    expect(fleet.ofType('opened')).toEqual([]);
  });
});

describe('a summary', () => {
  test('has the reason and the end of the state, and the override', async () => {
    const fleet = aFleet();
    await fleet.calls(20, FAIL);
    await fleet.override('target', KEY, 'force-closed', 60);
    const nowMs = fleet.clock.now();

    expect(await fleet.worker(2).summaries([KEY, 'us-west-2/other'])).toEqual([
      {
        key: KEY,
        state: 'OPEN',
        sinceMs: nowMs,
        untilMs: nowMs + 60_000,
        opens: 1,
        failure: 'capacity',
        failureRatePercent: 100,
        evidence: expect.objectContaining({ rule: 'rate', failures: 20, kinds: { capacity: 20 } }),
        override: 'force-closed',
        overrideSinceMs: nowMs,
        overrideUntilMs: nowMs + 60_000,
        overriddenBy: {
          scope: 'target',
          key: KEY,
          mode: 'force-closed',
          reason: 'a test',
          actor: 'tester',
          sinceMs: nowMs,
          untilMs: nowMs + 60_000,
        },
      },
      { key: 'us-west-2/other', state: 'CLOSED' },
    ]);
  });
});

describe('an inspection', () => {
  test('names the scope and the actor of the override', async () => {
    const fleet = aFleet();
    await fleet.calls(20, FAIL);
    await fleet.override('region', 'us-east-1', 'observe', 60);

    expect(await fleet.worker(2).inspect([KEY, 'us-west-2/other'])).toMatchObject([
      {
        key: KEY,
        state: 'OPEN',
        opens: 1,
        evidence: { failures: expect.any(Number), kinds: { capacity: expect.any(Number) } },
        overriddenBy: { scope: 'region', key: 'us-east-1', mode: 'observe', actor: 'tester' },
      },
      { key: 'us-west-2/other', state: 'CLOSED' },
    ]);
  });

  test('shows an override at once, however fresh the worker’s copy is', async () => {
    const fleet = aFleet();
    await fleet.worker(2).inspect([KEY]);
    await fleet.override('target', KEY, 'force-open', 60);

    expect(await fleet.worker(2).inspect([KEY])).toMatchObject([{ override: 'force-open' }]);
  });
});

describe('lifting an override', () => {
  test('returns the one that was in force, and then none', async () => {
    const fleet = aFleet();
    await fleet.override('target', KEY, 'force-open', 60);

    expect(await fleet.worker(2).liftOverride('target', KEY)).toMatchObject({ mode: 'force-open' });
    expect(await fleet.worker(2).liftOverride('target', KEY)).toBeUndefined();
  });

  test('ignores one that has expired, and writes nothing if there is none', async () => {
    const fleet = aFleet();
    await fleet.override('target', KEY, 'force-open', 60);
    await fleet.seconds(60);
    const before = fleet.store.times('save');

    expect(await fleet.worker(2).liftOverride('target', KEY)).toBeUndefined();
    expect(fleet.store.times('save')).toBe(before);
  });
});

/** Lets the next load read at once, but holds its response until the test calls `arrive`. */
function holdResponseOfNextLoad(fleet: Fleet) {
  let arrive = (): void => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let waits = 0;
  fleet.store.latency = (operation) => {
    if (operation === 'load') waits++;
    if (waits < 2) return Promise.resolve();
    fleet.store.latency = undefined;
    return arrival;
  };
  return { arrive: () => arrive() };
}
