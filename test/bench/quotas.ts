/**
 * Measures calls within known quotas, in virtual time with realistic answers. The fake Bedrock has the
 * quotas that the settings name. A few minutes of traffic take about as long on a laptop.
 *
 *     npm run bench:quotas
 *     npm run bench:quotas -- --row tokens --seeds 3 --minutes 6 --known no
 */
import { parseArgs } from 'node:util';
import config from '../../holdfast.config.ts';
import type { QuotaLimits, Settings } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import type { FaultRule } from '../../local/bedrock/fault-rule.ts';
import { SPEEDS } from '../../local/bedrock/speeds.ts';
import { Simulation } from '../rig/simulation.ts';

const { values } = parseArgs({
  options: {
    row: { type: 'string', default: '' },
    seeds: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '4' },
    /** no: the settings name no quota, so only the breaker learns of it. */
    known: { type: 'string', default: 'yes' },
  },
});
const SECONDS = Number(values.minutes) * 60;
/** The longest time that the last jobs may take. */
const DRAIN_SECONDS = 600;

interface Row {
  readonly name: string;
  readonly quota: QuotaLimits;
  readonly jobsPerSecond: number;
  /** What another user of the account takes of the tokens per minute. @default nothing */
  readonly outsideTokensPerMinute?: number;
  /** @default one prompt in five has 10,000 tokens, and the others have 200 */
  readonly promptTokens?: number;
}

const ROWS: readonly Row[] = [
  {
    name: 'requests, 1.5 times the quota',
    quota: { requestsPerMinute: 100 },
    jobsPerSecond: 5,
    promptTokens: 200,
  },
  {
    name: 'tokens, 1.5 times the quota',
    quota: { tokensPerMinute: 450_000 },
    jobsPerSecond: 5,
  },
  {
    name: 'new account',
    quota: { requestsPerMinute: 4, tokensPerMinute: 200_000 },
    jobsPerSecond: 0.3,
  },
  {
    name: 'outside user of half the quota',
    quota: { tokensPerMinute: 900_000 },
    jobsPerSecond: 5,
    outsideTokensPerMinute: 450_000,
  },
];

for (const row of ROWS.filter(({ name }) => name.includes(values.row))) {
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    console.log(`${row.name}, seed ${seed}`);
    console.table(await measure(row, seed));
  }
}

async function measure(row: Row, seed: number) {
  const { jobsPerSecond, quota, outsideTokensPerMinute } = row;
  const settings = settingsOf(values.known === 'yes' ? quota : undefined);
  const simulation = new Simulation({ settings, seed, speed: SPEEDS.realistic, pollers: 20 });
  const outside = outsideTokensPerMinute !== undefined && { outsideTokensPerMinute };
  const rule: FaultRule = { model: '*sonnet-4-5*', fault: 'quota', ...quota, ...outside };
  simulation.bedrock.faults.set(rule);
  const posted = simulation.post({
    count: Math.round(SECONDS * jobsPerSecond),
    perSecond: jobsPerSecond,
    prompt: (n) => `${n} ${'x'.repeat(4 * promptTokens(row, n))}`,
  });
  await simulation.run(SECONDS + DRAIN_SECONDS);
  await posted;
  return figuresOf(simulation);
}

function promptTokens({ promptTokens }: Row, n: number): number {
  return promptTokens ?? (n % 5 === 0 ? 10_000 : 200);
}

/** Returns the shipped settings, with a quota for each target of the first tier. */
function settingsOf(quota: QuotaLimits | undefined): Settings {
  const [first, ...others] = config.tiers ?? [];
  const targets = first?.targets.map((target) => ({ ...target, ...(quota && { quota }) }));
  return parseSettings({ ...config, tiers: [{ ...first, targets }, ...others] }, 'the bench');
}

function figuresOf({ bedrock, jobs, buckets, changes }: Simulation) {
  const calls = bedrock.log.calls();
  const count = (outcome: string) =>
    calls.filter((call) => call.outcome.startsWith(outcome)).length;
  const done = jobs.filter(({ status }) => status === 'SUCCEEDED');
  const seconds = done
    .map(({ createdAt, completedAt = createdAt }) => (completedAt - createdAt) / 1000)
    .toSorted((a, b) => a - b);
  const quantile = (share: number) => seconds[Math.floor(share * (seconds.length - 1))]?.toFixed(1);
  const onPrimary = done.filter(({ tier }) => tier === 'primary').length;
  return {
    'jobs answered': `${done.length} of ${jobs.length}`,
    'on primary': `${Math.round((100 * onPrimary) / jobs.length)} %`,
    'throttled calls': count('throttle'),
    'other failed calls': calls.length - count('answered') - count('throttle'),
    'seconds, median and 99 %': `${quantile(0.5)} and ${quantile(0.99)}`,
    'writes and refusals of buckets': `${buckets.writes} and ${buckets.refusals}`,
    deferrals: jobs.reduce((sum, job) => sum + job.deferrals, 0),
    'circuits opened': changes.filter(({ type }) => type === 'opened').length,
  };
}
