import { describe, expect, test } from '@jest/globals';
import type { CircuitSummary } from '../../../lambda/core/breaker/summary.ts';
import { RegionWatch } from '../../../lambda/core/router/region-watch.ts';
import { targetOf } from '../../support/router-builders.ts';
import { someSettings } from '../../support/settings.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const A = 'us-east-1/a';
const B = 'us-east-1/b';
const C = 'us-east-1/c';
const WEST_A = 'us-west-2/a';
const WEST_B = 'us-west-2/b';
const COOLDOWN_MS = 60_000;

/** Watches a region with three targets and one with two. Circuits are closed by default. */
function aWatch() {
  const targets = [A, B, C, WEST_A, WEST_B].map(targetOf);
  const settings = someSettings({ tiers: [{ name: 'only', targets, maxTokens: 1 }] });
  const clock = new VirtualClock(1_000_000);
  const states = new Map<string, Omit<CircuitSummary, 'key'>>();
  const reads: (readonly string[])[] = [];
  const restarts: { readonly key: string; readonly atMs: number }[] = [];
  const circuits = {
    summaries: async (keys: readonly string[]) => {
      reads.push(keys);
      return keys.map((key) => ({ key, ...(states.get(key) ?? { state: 'CLOSED' as const }) }));
    },
    restart: async (key: string, atMs: number) => {
      restarts.push({ key, atMs });
    },
  };
  const watch = new RegionWatch({ settings: () => settings, circuits, clock });
  const isOut = async (key: string) => (await watch.inference(targetOf(key))) !== undefined;
  const open = (...keys: readonly string[]) => {
    for (const key of keys)
      states.set(key, {
        state: 'OPEN',
        failure: 'network',
        untilMs: clock.nowMs + COOLDOWN_MS,
      });
  };
  return { watch, isOut, open, close: () => states.clear(), clock, reads, restarts };
}

describe('the watch over the regions', () => {
  test('reads nothing until a call fails', async () => {
    const { isOut, open, reads } = aWatch();
    open(A, B);

    expect(await isOut(C)).toBe(false);
    expect(reads).toEqual([]);
  });

  test('reads the circuits of the target’s own region, and no others', async () => {
    const { watch, isOut, reads } = aWatch();
    watch.noteFailure();

    await isOut(C);

    expect(reads).toEqual([[A, B, C]]);
  });

  test('reads nothing about a region with too few targets to tell', async () => {
    const { watch, isOut, open, reads } = aWatch();
    open(WEST_A);
    watch.noteFailure();

    expect(await isOut(WEST_B)).toBe(false);
    expect(reads).toEqual([]);
  });

  test.each([
    ['ends one cooldown after the last failure', [], 1],
    ['goes on for as long as a circuit of the region is not closed', [A], 2],
    ['goes on if all circuits of the region are open', [A, B, C], 2],
  ])('%s', async (_, opened, reads) => {
    const world = aWatch();
    world.watch.noteFailure();
    world.open(...opened);
    world.clock.nowMs += COOLDOWN_MS - 1;
    await world.isOut(C);
    world.clock.nowMs += COOLDOWN_MS - 1;
    await world.isOut(C);

    expect(world.reads).toHaveLength(reads);
  });
});

describe('a target that was skipped because of its region', () => {
  test('gets its traffic back in stages, and is restarted once', async () => {
    const { watch, isOut, open, close, clock, restarts } = aWatch();
    open(A, B);
    watch.noteFailure();
    expect(await isOut(C)).toBe(true);
    const seenOutMs = clock.nowMs;
    close();
    clock.nowMs += 10_000;

    expect(await isOut(C)).toBe(false);
    await isOut(C);

    // Another worker may have skipped the target for a second longer.
    expect(restarts).toEqual([{ key: C, atMs: seenOutMs - 1000 }]);
  });

  test('is not restarted if nobody has failed for a cooldown since', async () => {
    const { watch, isOut, open, close, clock, restarts } = aWatch();
    open(A, B);
    watch.noteFailure();
    await isOut(C);
    close();
    clock.nowMs += COOLDOWN_MS;
    await isOut(C);
    watch.noteFailure();
    await isOut(C);

    expect(restarts).toEqual([]);
  });
});

test('a target that was never skipped is not restarted', async () => {
  const { watch, isOut, restarts } = aWatch();
  watch.noteFailure();

  await isOut(A);

  expect(restarts).toEqual([]);
});
