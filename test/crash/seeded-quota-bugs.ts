import { holding, SettledBy, storingBuckets, usingQuotas } from './quota-tampering.ts';
import type { SeededBug } from './seeded-bugs.ts';
import { changing, isDeferral, isRequeue } from './tampering.ts';

const BOOKED = 'answered with its booked quota, each message delivered twice';
const DIES = 'a worker dies with its booked quota';
const THROTTLED = 'throttled within its quota, then answered';

const ALWAYS = { burstMs: Number.POSITIVE_INFINITY, patienceMs: 0 };

const redeemingAlways = usingQuotas((_, buckets) => ({
  redeem: async (booking) => ({
    admitted: true,
    waitMs: 0,
    hold: new SettledBy(buckets, booking),
  }),
}));

const keepingBookings = changing(isRequeue, ({ remove = [], ...change }) => ({
  ...change,
  remove: remove.filter((field) => field !== 'booking'),
}));

/** Bugs that a careless change of the admission by quotas could introduce. */
export const SEEDED_QUOTA_BUGS: readonly SeededBug[] = [
  {
    name: 'a hold is settled before its call',
    path: THROTTLED,
    breaks: 'no call without its quota',
    tamper: holding(async (hold) => {
      await hold.settle();
      return hold;
    }),
  },
  {
    name: 'a call is made with the hold of another one',
    path: DIES,
    breaks: 'no call without its quota',
    tamper: (ports) => keepingBookings(redeemingAlways(ports)),
  },
  {
    name: 'a hold has no maxTokens',
    path: THROTTLED,
    breaks: 'no call without its quota',
    tamper: usingQuotas((quotas) => ({
      admit: (call) => quotas.admit({ ...call, maxTokens: 1 }),
    })),
  },
  {
    name: 'the output of a call is settled without its burndown',
    path: THROTTLED,
    breaks: 'quota settled once',
    tamper: holding(({ holding }, buckets) => new SettledBy(buckets, { ...holding, burndown: 1 })),
  },
  {
    name: 'a hold is settled twice',
    path: THROTTLED,
    breaks: 'quota settled once',
    tamper: storingBuckets((store) => ({
      settle: async (key, settlement) => {
        await store.settle(key, settlement);
        await store.settle(key, settlement);
      },
    })),
  },
  {
    name: 'a settlement that failed is repeated',
    path: BOOKED,
    breaks: 'quota settled once',
    tamper: storingBuckets((store) => ({
      settle: (key, settlement) =>
        store.settle(key, settlement).catch(() => store.settle(key, settlement)),
    })),
  },
  {
    name: 'a refusal takes its hold',
    path: BOOKED,
    breaks: 'no quota lost',
    tamper: storingBuckets((store) => ({
      hold: async (key, hold, terms) => {
        const held = await store.hold(key, hold, terms);
        if (!held.admitted) await store.hold(key, hold, ALWAYS);
        return held;
      },
    })),
  },
  {
    name: 'a failed call keeps its hold',
    path: THROTTLED,
    breaks: 'no quota lost',
    tamper: holding(
      ({ holding }, buckets) => new SettledBy(buckets, holding, (usage) => usage !== undefined),
    ),
  },
  {
    name: 'a deferral loses its booking',
    path: BOOKED,
    breaks: 'no quota lost',
    tamper: changing(isDeferral, ({ set: { booking: _, ...set }, ...change }) => ({
      ...change,
      set,
    })),
  },
];
