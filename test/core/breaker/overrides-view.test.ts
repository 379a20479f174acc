import { beforeEach, describe, expect, test } from '@jest/globals';
import { CircuitStoreError } from '../../../lambda/core/breaker/circuit-store.ts';
import { OverridesView } from '../../../lambda/core/breaker/overrides-view.ts';
import { StoreAccess } from '../../../lambda/core/breaker/store-access.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aPolicy, Fleet, KEY } from '../../support/fleet.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const OVERRIDES = '#overrides';
/** The time after which a worker reads the overrides again. */
const RECHECK_SECONDS = 5;

let fleet: Fleet;
beforeEach(() => {
  const clock = new FakeClock();
  fleet = new Fleet({ clock, store: new MemoryCircuitStore(() => clock.now()) });
});

/** Replaces the record of the overrides, whatever it is. */
async function replaceRecord(record: Readonly<Record<string, unknown>>): Promise<void> {
  const { record: raw } = await fleet.store.load(OVERRIDES);
  const expected = raw === undefined ? 'absent' : { raw };
  expect(await fleet.store.save(OVERRIDES, { version: 1, ...record }, expected)).toBe(true);
}

describe('a worker that cannot read the record of the overrides', () => {
  test('reports it once until it can be read again', async () => {
    const admitLater = async () => {
      await fleet.seconds(RECHECK_SECONDS);
      await fleet.admit();
    };
    const atMs = fleet.clock.now();
    await replaceRecord({ overrides: 'rubbish' });
    await fleet.admit();
    await admitLater();

    expect(fleet.ofType('unreadable')).toEqual([{ type: 'unreadable', key: OVERRIDES, atMs }]);

    await replaceRecord({ overrides: {}, forceOpenEnded: {} });
    await admitLater();
    await replaceRecord({ overrides: 'rubbish' });
    await admitLater();

    expect(fleet.ofType('unreadable')).toHaveLength(2);
  });

  test('keeps the last known overrides in force', async () => {
    await fleet.override('target', KEY, 'force-open', 600);
    await fleet.admit();
    await replaceRecord({ overrides: 'rubbish' });
    await fleet.seconds(RECHECK_SECONDS);

    expect(await fleet.admit()).toMatchObject({ reason: 'forced-open' });
  });

  test('replaces it when it sets an override', async () => {
    await replaceRecord({ overrides: 'rubbish' });

    await fleet.override('target', KEY, 'force-open', 600);

    expect(await fleet.admit(2)).toMatchObject({ reason: 'forced-open' });
  });
});

describe('a change whose response is lost', () => {
  const change = async (isApplied: boolean, applied: 'no' | 'unknown' = 'unknown') => {
    const { store } = fleet;
    const save = store.save.bind(store);
    let losses = 1;
    store.save = async (key, ...given) => {
      if (losses-- <= 0) return save(key, ...given);
      if (isApplied) await save(key, ...given);
      throw new CircuitStoreError('dynamodb: ECONNRESET', applied);
    };
    await fleet.override('target', KEY, 'force-open', 600);
  };

  test('has succeeded if the record shows it', async () => {
    await change(true);

    expect(await fleet.admit()).toMatchObject({ reason: 'forced-open' });
    expect((await fleet.store.load(OVERRIDES)).record).toMatchObject({ version: 1 });
  });

  test('is made again if the record does not show it', async () => {
    await change(false);

    expect(await fleet.admit()).toMatchObject({ reason: 'forced-open' });
  });

  test('fails if the store refused it', async () => {
    await expect(change(false, 'no')).rejects.toThrow('ECONNRESET');
  });
});

test('an override that loses every race is reported as not saved', async () => {
  let saves = 0;
  fleet.store.save = async () => {
    saves++;
    return false;
  };
  const setting = fleet.override('region', 'us-east-1', 'observe', 600);
  const failed = expect(setting).rejects.toThrow(
    'override of region/us-east-1 was not saved: other writers changed the record in 20 attempts',
  );

  for (let i = 0; i < 60; i++) await fleet.seconds(1);

  await failed;
  expect(saves).toBe(20);
});

test('a view asks for the scopes of a circuit once, and tells which circuits an override concerns', async () => {
  const clock = new VirtualClock(0);
  const store = new MemoryCircuitStore(() => clock.now());
  const on = () => undefined;
  const worker = { policy: () => aPolicy(), clock, random: () => 0, workerId: 'w', on };
  const access = new StoreAccess({ shared: store, newPrivate: () => store }, worker);
  const asked: string[] = [];
  const scopesOf = (key: string) => {
    asked.push(key);
    return [`target/${key}`];
  };
  const view = new OverridesView(access, scopesOf, on);
  expect(view.concern('a/b')).toBe(false);

  const times = { sinceMs: 0, untilMs: 1_000 };
  await view.change('target/a/b', { mode: 'observe', reason: 'test', actor: 'me', ...times });

  expect([view.concern('a/b'), view.concern('a/c'), view.concern('a/c')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(view.inForce('a/b', 0)?.mode).toBe('observe');
  expect(asked).toEqual(['a/b', 'a/c']);
});
