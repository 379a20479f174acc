/**
 * Visits every state of a small system: two workers and one bucket. A worker takes a hold for now or books
 * one, calls, and settles. At any time, time may pass, a worker may die, and the write of a hold or of a
 * settlement may be lost. The rules of the bucket and of bookings are the real ones; Bedrock's own count
 * is a second bucket that shares no code with them. Times are whole ticks relative to now.
 */
import { describe, expect, test } from '@jest/globals';
import { isDue } from '../../../lambda/core/admission/booking.ts';
import { type Bucket, take } from '../../../lambda/core/admission/bucket.ts';
import { settled } from '../../../lambda/core/admission/settlement.ts';

const NOW_MS = 1_000_000_000;
/** Much longer than the difference between two clocks, which bookings allow for. */
const TICK_MS = 10_000;
const [BURST, PATIENCE, VALID] = [2, 2, 2];
/** What a call holds, in the bucket and at Bedrock. */
const HELD = 2;
/** What a call may cost in the end: nothing if it fails, and more than it held if its answer is long. */
const COSTS = [0, 1, 2, 3];
const DEAREST = 3;
/** A seeded bug could make the numbers grow for ever. */
const MOST_TICKS = 20;

type Worker =
  | { readonly at: 'rest' | 'call' }
  /** The hold may be used in this many ticks. */
  | { readonly at: 'booked'; readonly inTicks: number };

const REST: Worker = { at: 'rest' };
const CALL: Worker = { at: 'call' };

interface World {
  /** The ticks for which the bucket is spent. */
  readonly spent: number;
  /** The same by Bedrock's own count: what calls hold and what they have cost. */
  readonly used: number;
  readonly workers: readonly Worker[];
}

/** `lost`: the hold of a call is in the bucket, and nobody will settle it. */
type Kind = 'tick' | 'asks' | 'starts' | 'starts with its booking' | 'ends' | 'lost';

interface Edge {
  readonly from: World;
  readonly to: World;
  readonly kind: Kind;
}

/** The rules that the model follows. A seeded bug changes one. */
interface Rules {
  /** Takes a hold with this patience. `waitTicks` is absent after a refusal. */
  take(spent: number, patience: number): { readonly spent: number; readonly waitTicks?: number };
  /** Settles a call that has cost `delta` more than it held. */
  settle(spent: number, delta: number): number;
}

const REAL: Rules = {
  take: (spent, patience) => takeAt(NOW_MS, HELD, spent, patience),
  settle: (spent, delta) => ticksOf(settled(bucketOf(spent), { deltaMs: delta * TICK_MS }, NOW_MS)),
};

function takeAt(nowMs: number, held: number, spent: number, patience: number) {
  const terms = { burstMs: BURST * TICK_MS, patienceMs: patience * TICK_MS };
  const taking = take(bucketOf(spent), { tokens: held * TICK_MS }, nowMs, terms);
  if (!taking.admitted) return { spent };
  return { spent: ticksOf(taking), waitTicks: Math.ceil(taking.waitMs / TICK_MS) };
}

/** Bugs of the rules, and the check that must find each. */
const SEEDED_BUGS: readonly [string, Partial<Rules>, (edge: Edge) => boolean][] = [
  [
    'a refusal must not write',
    {
      take: (spent, patience) => {
        const taken = REAL.take(spent, patience);
        return taken.waitTicks === undefined ? { spent: spent + HELD } : taken;
      },
    },
    losesQuota,
  ],
  ['a call must give back what it did not use', { settle: (spent) => spent }, losesQuota],
  [
    'the time of a hold must be that of the store, not of a worker whose clock is ahead',
    { take: (spent, patience) => takeAt(NOW_MS + TICK_MS, HELD, spent, patience) },
    losesQuota,
  ],
  [
    'a hold must be as large as that of Bedrock',
    { take: (spent, patience) => takeAt(NOW_MS, HELD - 1, spent, patience) },
    admitsTooMuch,
  ],
  [
    'a call must not be settled twice',
    { settle: (spent, delta) => REAL.settle(REAL.settle(spent, delta), delta) },
    admitsTooMuch,
  ],
  [
    'a call must not be settled before it starts',
    {
      take: (spent, patience) => ({ ...REAL.take(spent, patience), spent }),
      settle: (spent) => spent,
    },
    admitsTooMuch,
  ],
  [
    'a call must be settled with the multiplier of its output',
    { settle: (spent, delta) => REAL.settle(spent, Math.ceil((HELD + delta) / 2) - HELD) },
    admitsTooMuch,
  ],
];

describe('a small system of quotas', () => {
  const { worlds, edges } = explore(REAL);

  test('has 645 states, each of them visited', () => {
    expect(worlds.length).toBe(645);
  });

  test.each(['spent', 'used'] as const)(
    'overshoots burst and patience by at most one hold, and what calls cost beyond theirs: %s',
    (count) => {
      const most = Math.max(...worlds.map((world) => world[count]));

      expect(most).toBeLessThanOrEqual(BURST + PATIENCE + HELD + 2 * (DEAREST - HELD));
    },
  );

  test('is fuller than its calls only by what is lost, a hold at a time, which decays', () => {
    expect(edges.filter(losesQuota)).toEqual([]);
  });

  test('is emptier than its calls only by a late booking, by one hold', () => {
    expect(edges.filter(admitsTooMuch)).toEqual([]);
  });

  test.each(SEEDED_BUGS)('shows that %s', (_title, bug, isWrong) => {
    expect(explore({ ...REAL, ...bug }).edges.some(isWrong)).toBe(true);
  });
});

/** Returns by how many ticks the bucket is fuller than the calls and the bookings that there are. */
function lostIn({ spent, used, workers }: World): number {
  const booked = workers.filter(({ at }) => at === 'booked').length * HELD;
  return Math.max(0, spent - used - booked);
}

/** True if more is lost than a loss explains, or if what is lost does not decay while Bedrock is idle. */
function losesQuota({ from, to, kind }: Edge): boolean {
  const [before, after] = [lostIn(from), lostIn(to)];
  if (kind === 'tick' && from.used === 0) return after > Math.max(0, before - 1);
  return after - before > (kind === 'lost' ? HELD : 0);
}

/**
 * True if the quota is used beyond what the bucket shows, without an explanation: a booking whose hold has
 * decayed because others gave back much of theirs.
 */
function admitsTooMuch({ from, to, kind }: Edge): boolean {
  const excessOf = ({ used, spent }: World) => Math.max(0, used - spent);
  const explained = kind === 'starts with its booking' ? HELD : 0;
  return excessOf(to) - excessOf(from) > explained;
}

function explore(rules: Rules) {
  const worlds = new Map<string, World>();
  const edges: Edge[] = [];
  const visit = (world: World) => {
    const key = JSON.stringify(world);
    if (worlds.has(key) || world.spent > MOST_TICKS || world.used > MOST_TICKS) return;
    worlds.set(key, world);
    queue.push(world);
  };
  const queue: World[] = [];
  visit({ spent: 0, used: 0, workers: [{ at: 'rest' }, { at: 'rest' }] });
  for (let from = queue.pop(); from; from = queue.pop()) {
    for (const edge of edgesFrom(from, rules)) {
      edges.push(edge);
      visit(edge.to);
    }
  }
  return { worlds: [...worlds.values()], edges };
}

function edgesFrom(from: World, rules: Rules): Edge[] {
  const moves = from.workers.flatMap((worker, n) =>
    movesOf(from, worker, rules).map(({ kind, worker: next, ...numbers }) => ({
      ...{ from, kind },
      to: { ...from, ...numbers, workers: from.workers.with(n, next) },
    })),
  );
  return [...moves, { from, kind: 'tick', to: tick(from) }];
}

interface Move extends Partial<Pick<World, 'spent' | 'used'>> {
  readonly kind: Kind;
  readonly worker: Worker;
}

function movesOf({ spent, used }: World, worker: Worker, rules: Rules): Move[] {
  const started = used + HELD;
  switch (worker.at) {
    case 'rest':
      return [0, PATIENCE].flatMap((patience): Move[] => {
        const { spent: after, waitTicks } = rules.take(spent, patience);
        const lost: Move = { kind: 'lost', worker: REST, spent: after };
        if (waitTicks === undefined) return [{ kind: 'asks', worker, spent: after }];
        if (waitTicks === 0) {
          return [lost, { kind: 'starts', worker: CALL, spent: after, used: started }];
        }
        return [lost, { kind: 'asks', worker: { at: 'booked', inTicks: waitTicks }, spent: after }];
      });
    case 'booked': {
      const atMs = NOW_MS + worker.inTicks * TICK_MS;
      const booking = { key: '', tokens: 0, burndown: 1, atMs };
      const lost: Move = { kind: 'lost', worker: REST };
      if (!isDue(booking, NOW_MS, VALID * TICK_MS)) return [lost];
      return [lost, { kind: 'starts with its booking', worker: CALL, used: started }];
    }
    case 'call': {
      const ends = COSTS.map((cost): Move => {
        const after = rules.settle(spent, cost - HELD);
        return { kind: 'ends', worker: REST, spent: after, used: costed(used, cost) };
      });
      // If it cost more than it held, each loss would hide some of the cost for good.
      const hidden = COSTS.filter((cost) => cost <= HELD);
      const unsettled = hidden.map((cost): Move => {
        return { kind: 'lost', worker: REST, used: costed(used, cost) };
      });
      return [...ends, ...unsettled];
    }
    default:
      return worker satisfies never;
  }
}

function costed(used: number, cost: number): number {
  return Math.max(0, used + cost - HELD);
}

function tick({ spent, used, workers }: World): World {
  return {
    spent: Math.max(0, spent - 1),
    used: Math.max(0, used - 1),
    workers: workers.map((worker) => {
      if (worker.at !== 'booked') return worker;
      // All bookings that are too old are alike.
      return { ...worker, inTicks: Math.max(-VALID - 1, worker.inTicks - 1) };
    }),
  };
}

function bucketOf(spent: number): Bucket {
  return { spentUntil: { tokens: NOW_MS + spent * TICK_MS } };
}

/** No rule can tell how long a bucket has been free. */
function ticksOf({ spentUntil }: Pick<Bucket, 'spentUntil'>): number {
  return Math.max(0, ((spentUntil.tokens ?? 0) - NOW_MS) / TICK_MS);
}
