import type { JobCount, Series, TargetSeries } from '../../../console/contract/series.ts';
import { JOB_COUNTS } from '../../../console/contract/series.ts';
import type { Chain, Snapshot } from '../../../console/contract/snapshot.ts';
import type {
  AdminHealth,
  Override,
  TargetHealth,
} from '../../../console/src/views/operators/health-words.ts';

/** The time of the snapshots, in milliseconds since the Unix epoch. */
export const NOW_MS = Date.parse('2026-11-28T12:30:00Z');

/** Returns the ISO 8601 time so many seconds after the snapshot. */
export function timeAt(seconds: number): string {
  return new Date(NOW_MS + seconds * 1000).toISOString();
}

export const SONNET = 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const SONNET_WEST = 'us-west-2/us.anthropic.claude-sonnet-4-6';
export const HAIKU = 'us-east-1/us.anthropic.claude-haiku-4-5-20251001-v1:0';

export const CHAINS: readonly Chain[] = [
  {
    chain: 'default',
    tiers: [
      { tier: 'primary', targets: [{ target: SONNET }] },
      { tier: 'secondary', targets: [{ target: SONNET_WEST }] },
      { tier: 'last-resort', targets: [{ target: HAIKU }] },
    ],
  },
  { chain: 'economy', tiers: [{ tier: 'only', targets: [{ target: HAIKU }] }] },
];

/** Returns a target that admits all calls, with the differences. */
export function healthOf(target: string, differences: Partial<TargetHealth> = {}): TargetHealth {
  const [region = '', modelId = ''] = target.split('/');
  return {
    target,
    tiers: CHAINS.flatMap(({ chain, tiers }) =>
      tiers
        .filter(({ targets }) => targets.some((each) => each.target === target))
        .map(({ tier }) => ({ chain, tier })),
    ),
    region,
    modelId,
    model: modelId,
    health: 'healthy',
    admits: 'all',
    circuit: 'CLOSED',
    recent: { calls: 0, failures: {} },
    ...differences,
  };
}

/** A circuit that opened 20 seconds ago and is tried again in 12 seconds. */
export function openCircuit(target: string): TargetHealth {
  return healthOf(target, {
    health: 'unhealthy',
    admits: 'none',
    circuit: 'OPEN',
    cause: 'quota-minute',
    since: timeAt(-20),
    until: timeAt(12),
    failureRatePercent: 75,
    opens: 1,
    evidence: { rule: 'excess', failure: 'quota-minute', calls: 12, failures: 9, excess: 10.2 },
  });
}

/** A circuit in the second of three stages, in which 3 of 5 calls have succeeded. */
export function recoveringCircuit(target: string): TargetHealth {
  return healthOf(target, {
    health: 'recovering',
    admits: 'probes',
    circuit: 'HALF_OPEN',
    stage: 1,
    succeeded: 3,
    since: timeAt(-4),
    cause: 'capacity',
  });
}

export const OVERRIDE: Override = {
  scope: 'target',
  key: SONNET_WEST,
  mode: 'force-open',
  reason: 'a bad answer in production',
  actor: 'arn:aws:iam::123456789012:user/ada',
  since: timeAt(-600),
  expiresAt: timeAt(3_000),
};

/** Returns the health of the targets; the others admit all calls. */
export function health(
  targets: readonly TargetHealth[] = [],
  differences: Partial<AdminHealth> = {},
): AdminHealth {
  const all = [SONNET, SONNET_WEST, HAIKU].map(
    (target) => targets.find((each) => each.target === target) ?? healthOf(target),
  );
  const statusOf = ({ tiers }: Chain) => {
    const its = all.filter(({ target }) =>
      tiers.some((tier) => tier.targets.some((each) => each.target === target)),
    );
    if (its.every(({ admits }) => admits === 'none')) return 'unhealthy';
    return its.every(({ admits }) => admits === 'all') ? 'healthy' : 'degraded';
  };
  const chains = CHAINS.map((chain) => ({ chain: chain.chain, status: statusOf(chain) }) as const);
  return {
    status: chains[0]?.status ?? 'healthy',
    chains,
    regions: [],
    models: [],
    profiles: [],
    targets: all,
    settings: { status: 'in-force' },
    overrides: [],
    quotas: [],
    ...differences,
  };
}

export function snapshot(
  value: AdminHealth = health(),
  differences: Partial<Snapshot> = {},
): Snapshot {
  return {
    instance: {
      kind: 'laptop',
      stack: 'Holdfast',
      region: 'us-east-1',
      apiUrl: 'http://127.0.0.1:8787/v1',
      tenants: ['local', 'another-team'],
      chains: CHAINS,
      recoveryStages: [1, 5, 10],
      updates: 'stream',
      pollSeconds: 1,
    },
    health: { at: timeAt(-1), value },
    queues: { at: timeAt(-1), value: { queued: 4, running: 3, deferred: 0, deadLetters: 0 } },
    problems: [],
    ...differences,
  };
}

const NO_JOBS = Object.fromEntries(
  JOB_COUNTS.map((count) => [count, [0, 0, 0, 0]]),
) as unknown as Record<JobCount, readonly number[]>;

/** Returns four steps of 30 seconds each. */
export function series(
  targets: Readonly<Record<string, Partial<TargetSeries>>> = {},
  differences: Partial<Series> = {},
): Series {
  const none = [0, 0, 0, 0];
  return {
    fromMs: NOW_MS - 120_000,
    stepMs: 30_000,
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, its]) => [
        name,
        {
          calls: none,
          throttled: none,
          failed: none,
          skipped: none,
          firstTokenMs: [null, null, null, null],
          state: [0, 0, 0, 0],
          ...its,
        },
      ]),
    ),
    failures: {},
    jobs: NO_JOBS,
    inputTokens: none,
    outputTokens: none,
    costUsd: none,
    ...differences,
  };
}
