/**
 * Measures calls within known quotas, in virtual time with realistic answers.
 *
 *     node test/bench/quotas.ts [--seeds 3]
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
    seeds: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '6' },
    known: { type: 'string', default: 'yes' },
    burst: { type: 'string', default: '30' },
    row: { type: 'string', default: '' },
  },
});

const SONNET = '*sonnet-4-5*';

function settingsOf(quota: QuotaLimits | undefined): Settings {
  const [first, ...others] = config.tiers ?? [];
  const targets = first?.targets.map((target) => ({ ...target, ...(quota && { quota }) }));
  const tiers = [{ ...first, targets }, ...others];
  return parseSettings(
    { ...config, tiers, quotas: { burstSeconds: Number(values.burst) } },
    'bench',
  );
}

interface Row {
  readonly name: string;
  readonly quota: QuotaLimits;
  readonly jobsPerSecond: number;
  readonly rules: (quota: QuotaLimits) => readonly FaultRule[];
  readonly promptBytes: (n: number) => number;
}
const real = (quota: QuotaLimits): readonly FaultRule[] => [
  { model: SONNET, fault: 'quota', ...quota },
];
const mixed = (n: number) => (n % 5 === 0 ? 40_000 : 800);

const ROWS: readonly Row[] = [
  {
    name: 'requests 1.5x',
    quota: { requestsPerMinute: 100 },
    jobsPerSecond: 5,
    rules: real,
    promptBytes: () => 800,
  },
  {
    name: 'tokens 1.5x, mixed',
    quota: { tokensPerMinute: 450_000 },
    jobsPerSecond: 5,
    rules: real,
    promptBytes: mixed,
  },
  {
    name: 'new account',
    quota: { requestsPerMinute: 4, tokensPerMinute: 200_000 },
    jobsPerSecond: 0.3,
    rules: real,
    promptBytes: mixed,
  },
  {
    name: 'outside user of half',
    quota: { tokensPerMinute: 900_000 },
    jobsPerSecond: 5,
    rules: (q) => [
      { model: SONNET, fault: 'quota', ...q, outsideTokensPerMinute: (q.tokensPerMinute ?? 0) / 2 },
    ],
    promptBytes: mixed,
  },
];

for (const row of ROWS.filter(({ name }) => name.includes(values.row))) {
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const settings = settingsOf(values.known === 'yes' ? row.quota : undefined);
    const simulation = new Simulation({ settings, seed, speed: SPEEDS.realistic, pollers: 20 });
    for (const rule of row.rules(row.quota)) simulation.bedrock.faults.set(rule);
    const seconds = Number(values.minutes) * 60;
    const t = Date.now();
    const posted = simulation.post({
      count: Math.round(seconds * row.jobsPerSecond),
      perSecond: row.jobsPerSecond,
      prompt: (n) => `${n} ${'x'.repeat(row.promptBytes(n))}`,
    });
    await simulation.run(seconds + 600);
    await posted;
    const calls = simulation.bedrock.log.calls();
    const by = (outcome: string) => calls.filter((c) => c.outcome.startsWith(outcome)).length;
    const done = simulation.jobs.filter(({ status }) => status === 'SUCCEEDED');
    const primary = done.filter(({ tier }) => tier === 'primary');
    const ms = done
      .map(({ createdAt, completedAt = 0 }) => completedAt - createdAt)
      .toSorted((a, b) => a - b);
    const p = (q: number) => Math.round((ms[Math.floor(q * (ms.length - 1))] ?? 0) / 1000);
    const used = primary.reduce(
      (sum, j) => sum + (j.usage?.inputTokens ?? 0) + 5 * (j.usage?.outputTokens ?? 0),
      0,
    );
    const demand = done.reduce(
      (sum, j) => sum + (j.usage?.inputTokens ?? 0) + 5 * (j.usage?.outputTokens ?? 0),
      0,
    );
    console.log(row.name, 'seed', seed, {
      jobs: simulation.jobs.length,
      done: done.length,
      primary: `${Math.round((100 * primary.length) / simulation.jobs.length)} %`,
      throttled: by('throttle'),
      failed: calls.length - by('answered') - by('throttle'),
      p50: p(0.5),
      p99: p(0.99),
      max: p(1),
      'quota used %': Math.round(
        (100 * used) / ((row.quota.tokensPerMinute ?? 1e12) * 2 * Number(values.minutes)),
      ),
      'demand/quota': (
        demand /
        ((row.quota.tokensPerMinute ?? 1e12) * 2 * Number(values.minutes))
      ).toFixed(2),
      writes: simulation.buckets.writes,
      refusals: simulation.buckets.refusals,
      deferrals: simulation.jobs.reduce((s, j) => s + j.deferrals, 0),
      opened: simulation.changes.filter(({ type }) => type === 'opened').length,
      realS: (Date.now() - t) / 1000,
    });
  }
}
