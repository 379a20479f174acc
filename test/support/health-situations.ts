import type { AdmittedCalls, ChainState, Health } from '../../lambda/contract/words.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/summary.ts';
import type { ConfigFailures } from '../../lambda/core/router/config-failures.ts';
import { targetOf } from './router-builders.ts';
import { someSettings } from './settings.ts';

export const NOW_MS = Date.parse('2026-11-23T12:00:00Z');
const COOLDOWN_MS = 60_000;

/** Returns the time this many seconds before now. */
const ago = (seconds: number) => NOW_MS - seconds * 1000;

const EAST = 'us-east-1/anthropic.first';
const WEST = 'us-west-2/anthropic.first';
const EAST_LAST = 'us-east-1/anthropic.last';
const EAST_SPARE = 'us-east-1/anthropic.spare';
const KEYS = [EAST, WEST, EAST_LAST, EAST_SPARE] as const;
type Key = (typeof KEYS)[number];

/** A first tier in two regions, and a last tier with two models in one of them. */
export const SITUATION_SETTINGS = someSettings({
  tiers: [
    { name: 'first', targets: [targetOf(EAST), targetOf(WEST)], maxTokens: 1024 },
    { name: 'last', targets: [targetOf(EAST_LAST), targetOf(EAST_SPARE)], maxTokens: 1024 },
  ],
});

type State = Omit<CircuitSummary, 'key'>;

const open: State = {
  state: 'OPEN',
  failure: 'network',
  sinceMs: ago(30),
  untilMs: NOW_MS + 30_000,
};
/** The cooldown is over, but jobs may still be on their way back. */
const due: State = { ...open, untilMs: NOW_MS - COOLDOWN_MS + 1 };
const uncalled: State = { ...open, untilMs: NOW_MS - COOLDOWN_MS };
const probed: State = { state: 'HALF_OPEN', failure: 'network', stage: 0, sinceMs: ago(5) };
const recovering: State = { state: 'HALF_OPEN', failure: 'network', stage: 1, sinceMs: ago(59) };
const abandoned: State = { ...recovering, sinceMs: ago(60) };
/** The daily quota of a region, which admits one probe an hour. */
const usedUp: State = {
  state: 'OPEN',
  failure: 'quota-day',
  sinceMs: ago(30),
  untilMs: NOW_MS + 12 * 3_600_000,
  probeAtMs: NOW_MS + 3_600_000,
};
const everywhere = <Value>(value: Value) => Object.fromEntries(KEYS.map((key) => [key, value]));

const disabled: ConfigFailures = {
  failures: 3,
  jobs: ['a', 'b'],
  reason: 'AccessDeniedException',
  sinceMs: ago(90),
  disabled: { sinceMs: ago(90), checkAtMs: NOW_MS + 30_000, checks: 0 },
};

interface Expected {
  readonly status: ChainState;
  /** The targets that are not healthy and do not admit all calls. */
  readonly except?: Partial<Record<Key, readonly [Health, AdmittedCalls]>>;
}

interface Given {
  /** @default closed */
  readonly circuits?: Partial<Record<Key, State>>;
  readonly disabled?: Partial<Record<Key, ConfigFailures>>;
  /** The day circuits, by region. @default closed */
  readonly dailyQuotas?: Readonly<Record<string, State>>;
}

const SITUATIONS: readonly (readonly [string, Given, Expected])[] = [
  ['nothing has ever failed', {}, { status: 'healthy' }],
  [
    'everything has healed, and no job calls the last tier',
    { circuits: { [EAST_LAST]: uncalled, [EAST_SPARE]: abandoned } },
    {
      status: 'healthy',
      except: { [EAST_LAST]: ['waiting', 'probes'], [EAST_SPARE]: ['waiting', 'probes'] },
    },
  ],
  [
    'the last tier may still be called by a job that is on its way back',
    { circuits: { [EAST_LAST]: due } },
    { status: 'degraded', except: { [EAST_LAST]: ['unhealthy', 'probes'] } },
  ],
  [
    'the last tier fails',
    { circuits: { [EAST_LAST]: open } },
    { status: 'degraded', except: { [EAST_LAST]: ['unhealthy', 'none'] } },
  ],
  [
    'one of two first targets is open',
    { circuits: { [EAST]: open } },
    { status: 'degraded', except: { [EAST]: ['unhealthy', 'none'] } },
  ],
  [
    'one of two first targets makes its first probe',
    { circuits: { [EAST]: probed } },
    { status: 'degraded', except: { [EAST]: ['unhealthy', 'probes'] } },
  ],
  [
    'one of two first targets recovers',
    { circuits: { [EAST]: recovering } },
    { status: 'degraded', except: { [EAST]: ['recovering', 'probes'] } },
  ],
  [
    'one of two first targets waits for traffic beside a healthy one',
    { circuits: { [EAST]: uncalled } },
    { status: 'healthy', except: { [EAST]: ['waiting', 'probes'] } },
  ],
  [
    'a long probe is still running',
    { circuits: { [EAST]: { ...probed, sinceMs: ago(70), leasedUntilMs: NOW_MS + 1 } } },
    { status: 'degraded', except: { [EAST]: ['unhealthy', 'probes'] } },
  ],
  [
    'a crashed worker left a probe, and no job has called since',
    { circuits: { [EAST]: { ...probed, sinceMs: ago(130), leasedUntilMs: ago(60) } } },
    { status: 'healthy', except: { [EAST]: ['waiting', 'probes'] } },
  ],
  [
    'the first tier waits for traffic before a healthy last tier',
    { circuits: { [EAST]: uncalled, [WEST]: abandoned } },
    {
      status: 'degraded',
      except: { [EAST]: ['waiting', 'probes'], [WEST]: ['waiting', 'probes'] },
    },
  ],
  [
    'the first tier is out',
    { circuits: { [EAST]: open, [WEST]: open } },
    {
      status: 'degraded',
      except: { [EAST]: ['unhealthy', 'none'], [WEST]: ['unhealthy', 'none'] },
    },
  ],
  [
    'a first target is skipped, because two models of its region fail',
    { circuits: { [EAST_LAST]: open, [EAST_SPARE]: open } },
    {
      status: 'degraded',
      except: {
        [EAST]: ['unhealthy', 'none'],
        [EAST_LAST]: ['unhealthy', 'none'],
        [EAST_SPARE]: ['unhealthy', 'none'],
      },
    },
  ],
  [
    'the only closed circuit is skipped, because its region fails',
    { circuits: { [EAST_LAST]: open, [EAST_SPARE]: open, [WEST]: open } },
    {
      status: 'unhealthy',
      except: everywhere(['unhealthy', 'none'] as const),
    },
  ],
  [
    'every circuit is open',
    { circuits: everywhere(open) },
    {
      status: 'unhealthy',
      except: everywhere(['unhealthy', 'none'] as const),
    },
  ],
  [
    'every circuit is open, and its cooldown has just ended',
    { circuits: everywhere(due) },
    {
      status: 'unhealthy',
      except: everywhere(['unhealthy', 'probes'] as const),
    },
  ],
  [
    'no job has come since an outage of everything',
    { circuits: everywhere(uncalled) },
    {
      status: 'degraded',
      except: everywhere(['waiting', 'probes'] as const),
    },
  ],
  [
    'a target of the last tier is disabled',
    { disabled: { [EAST_SPARE]: disabled } },
    { status: 'degraded', except: { [EAST_SPARE]: ['disabled', 'none'] } },
  ],
  [
    'every target is disabled',
    { disabled: everywhere(disabled) },
    {
      status: 'unhealthy',
      except: everywhere(['disabled', 'none'] as const),
    },
  ],
  [
    'the daily quota of a region is used up',
    { dailyQuotas: { 'us-east-1': usedUp } },
    {
      status: 'degraded',
      except: {
        [EAST]: ['unhealthy', 'none'],
        [EAST_LAST]: ['unhealthy', 'none'],
        [EAST_SPARE]: ['unhealthy', 'none'],
      },
    },
  ],
  [
    'the daily quotas of all regions are used up',
    { dailyQuotas: { 'us-east-1': usedUp, 'us-west-2': usedUp } },
    {
      status: 'unhealthy',
      except: everywhere(['unhealthy', 'none'] as const),
    },
  ],
  [
    'the daily quota of a region admits the probe of the hour',
    { dailyQuotas: { 'us-west-2': { ...usedUp, probeAtMs: NOW_MS } } },
    { status: 'degraded', except: { [WEST]: ['unhealthy', 'probes'] } },
  ],
  [
    'no job has called a region since its daily quota was reset',
    { dailyQuotas: { 'us-west-2': { ...usedUp, probeAtMs: ago(60) } } },
    { status: 'healthy', except: { [WEST]: ['waiting', 'probes'] } },
  ],
  [
    'a daily quota admits probes, and the circuit of its target does not',
    {
      circuits: { [WEST]: open },
      dailyQuotas: { 'us-west-2': { ...usedUp, probeAtMs: NOW_MS } },
    },
    { status: 'degraded', except: { [WEST]: ['unhealthy', 'none'] } },
  ],
  [
    'a circuit admits a probe, and the daily quota of its region does not',
    { circuits: { [WEST]: probed }, dailyQuotas: { 'us-west-2': usedUp } },
    { status: 'degraded', except: { [WEST]: ['unhealthy', 'none'] } },
  ],
  [
    'an operator forces a circuit closed although the daily quota is used up',
    {
      circuits: { [WEST]: { state: 'CLOSED', override: 'force-closed' } },
      dailyQuotas: { 'us-west-2': usedUp },
    },
    { status: 'healthy' },
  ],
  [
    'an operator forces a closed circuit open',
    { circuits: { [EAST]: { state: 'CLOSED', override: 'force-open' } } },
    { status: 'degraded', except: { [EAST]: ['unhealthy', 'none'] } },
  ],
  [
    'an operator forces an open circuit closed',
    { circuits: { [EAST]: { ...open, override: 'force-closed' } } },
    { status: 'healthy' },
  ],
  [
    'an operator observes an open circuit',
    { circuits: { [EAST]: { ...open, override: 'observe' } } },
    { status: 'healthy' },
  ],
];

/** A situation of a chain and what its health page and gauges must show. */
export interface HealthSituation {
  readonly name: string;
  readonly circuits: readonly CircuitSummary[];
  readonly dailyQuotas: ReadonlyMap<string, CircuitSummary>;
  readonly disabled: Readonly<Record<string, ConfigFailures>>;
  readonly status: ChainState;
  /** The health of each target and the calls that it admits. */
  readonly targets: Readonly<Record<string, readonly [Health, AdmittedCalls]>>;
}

export const HEALTH_SITUATIONS: readonly HealthSituation[] = SITUATIONS.map(
  ([name, given, { status, except }]) => ({
    name,
    circuits: KEYS.map((key) => ({ key, ...(given.circuits?.[key] ?? { state: 'CLOSED' }) })),
    dailyQuotas: new Map(
      Object.entries(given.dailyQuotas ?? {}).map(([region, state]) => [
        region,
        { key: `${region}/daily-quota`, ...state },
      ]),
    ),
    disabled: { ...given.disabled },
    status,
    targets: {
      ...Object.fromEntries(KEYS.map((key) => [key, ['healthy', 'all'] as const])),
      ...except,
    },
  }),
);
