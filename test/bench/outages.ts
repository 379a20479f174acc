/**
 * Measures outages on two chains of targets: failed calls, delays, recovery and lost jobs. All times are
 * divided by ten, so an outage of 20 s stands for one of 200 s. Then measures traffic beyond known quotas
 * on the shipped chain, in undivided times and with realistic answers.
 *
 *     npm run bench:outages                   in virtual time; takes about a minute
 *     npm run bench:outages -- --live         on the embedded run, over its API, in real time
 *     ... --chain single --outage brownout --seeds 1
 *     ... --outage quota --minutes 8 --known no       only the rows with quotas, which the settings do not name
 */
import { parseArgs } from 'node:util';
import { CHAINS, type ChainName, rigSettings } from '../rig/chains.ts';
import { type Figures, figuresOf } from '../rig/figures.ts';
import type { OutageRun } from '../rig/outage-run.ts';
import { JOBS_PER_SECOND, type MeasuredOutage, OUTAGES, type Outage } from '../rig/outages.ts';
import { type QuotaFigures, quotaFiguresOf } from '../rig/quota-figures.ts';
import { QUOTA_LOADS } from '../rig/quota-loads.ts';
import { runQuotaLive, simulateQuota } from '../rig/quota-run.ts';
import { runLive, synthesizeApp } from '../rig/run-live.ts';
import { simulate } from '../rig/simulate.ts';
import { median } from '../support/median.ts';

const { values } = parseArgs({
  options: {
    live: { type: 'boolean', default: false },
    chain: { type: 'string' },
    outage: { type: 'string', default: '' },
    seeds: { type: 'string', default: '15' },
    pollers: { type: 'string', default: '2' },
    /** The duration of the traffic beyond a quota. */
    minutes: { type: 'string', default: '8' },
    /** no: the settings name no quota, so only the breaker learns of it. */
    known: { type: 'string', default: 'yes' },
  },
});
/** The seeds of the traffic beyond quotas. A run takes seconds. */
const MOST_QUOTA_SEEDS = 3;
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
const quotaSeeds = seeds.slice(0, MOST_QUOTA_SEEDS);

async function main(): Promise<void> {
  for (const chain of CHAINS.filter((name) => name === (values.chain ?? name))) {
    const settings = rigSettings(chain);
    const app = values.live ? await synthesizeApp(settings) : undefined;
    const pollers = Number(values.pollers);
    const run = (outage: Outage, seed: number) =>
      app ? runLive(app, outage, seed) : simulate({ settings, outage, seed, pollers });
    try {
      await tabulate(chain, run);
    } finally {
      await app?.dispose();
    }
  }
  if (values.chain === undefined) await tabulateQuotas();
}

/** Runs the traffic beyond quotas. */
async function tabulateQuotas(): Promise<void> {
  const rows: Record<string, Record<string, string | number>> = {};
  const minutes = Number(values.minutes);
  const isKnown = values.known === 'yes';
  for (const load of QUOTA_LOADS.filter(({ name }) => name.includes(values.outage))) {
    const runs: QuotaFigures[] = [];
    for (const seed of quotaSeeds) {
      const options = { seed, seconds: 60 * minutes, isKnown };
      const run = values.live ? runQuotaLive(load, options) : simulateQuota(load, options);
      runs.push(quotaFiguresOf(await run));
    }
    rows[load.name] = quotaRowOf(runs);
  }
  if (Object.keys(rows).length === 0) return;
  console.log(`Shipped chain, ${minutes} min of traffic, quotas ${isKnown ? '' : 'not '}known, seeds ${quotaSeeds.join(', ')}, undivided times.
Medians of the seeds; jobs without an answer must be 0 and show the worst seed.`);
  console.table(rows);
}

function quotaRowOf(runs: readonly QuotaFigures[]) {
  const medianOf = (figure: (of: QuotaFigures) => number) => median(runs.map(figure));
  const percent = (figure: (of: QuotaFigures) => number) =>
    `${Math.round(100 * medianOf(figure))} %`;
  return {
    throttled: medianOf(({ throttled }) => throttled),
    'on primary': percent(({ primaryShare }) => primaryShare),
    bound: percent(({ bound }) => bound),
    'quota idle': percent(({ idleShare }) => idleShare),
    'job s': medianOf(({ medianSeconds }) => medianSeconds).toFixed(1),
    'slowest s': medianOf(({ slowestSeconds }) => slowestSeconds).toFixed(0),
    'met full quota': medianOf(({ metFullQuota }) => metFullQuota),
    'circuits opened': medianOf(({ circuitsOpened }) => circuitsOpened),
    'other failures': medianOf(({ otherFailures }) => otherFailures),
    unanswered: Math.max(...runs.map(({ unanswered }) => unanswered)),
  };
}

async function tabulate(
  chain: ChainName,
  run: (outage: Outage, seed: number) => Promise<OutageRun>,
): Promise<void> {
  const rows: Record<string, Record<string, string | number>> = {};
  for (const outage of OUTAGES.filter(({ name }) => name.includes(values.outage))) {
    const runs: Figures[] = [];
    for (const seed of seeds) runs.push(figuresOf(await run(outage, seed)));
    rows[outage.name] = rowOf(outage, runs);
  }
  if (Object.keys(rows).length === 0) return;
  console.log(`Chain "${chain}", ${JOBS_PER_SECOND} jobs/s, seeds ${seeds.join(', ')}, all times divided by ten.
Medians of the seeds; the last four columns must be 0 and show the worst seed.`);
  console.table(rows);
}

function rowOf({ limits, bound }: MeasuredOutage, runs: readonly Figures[]) {
  const medianOf = (figure: (of: Figures) => number) => median(runs.map(figure));
  const worst = (figure: (of: Figures) => number) => Math.max(...runs.map(figure));
  return {
    'failed calls (limit)': `${medianOf(({ failures }) => failures)} (${limits.failures})`,
    'failed after': medianOf(({ failuresAfter }) => failuresAfter),
    'late jobs': medianOf(({ lateJobs }) => lateJobs),
    'before open': medianOf(({ failuresBeforeOpen }) => failuresBeforeOpen),
    'job ms': Math.round(medianOf(({ medianJobMs }) => medianJobMs)),
    'on primary': `${Math.round(100 * medianOf(({ primaryShare }) => primaryShare))} %`,
    bound: bound === undefined ? '' : `${Math.round(100 * bound)} %`,
    'recovery s': medianOf(({ recoverySeconds }) => recoverySeconds).toFixed(1),
    'backlog s': medianOf(({ backlogSeconds }) => backlogSeconds).toFixed(1),
    'lost jobs': worst(({ lostJobs }) => lostJobs),
    'answered twice': worst(({ jobsAnsweredTwice }) => jobsAnsweredTwice),
    'while open': worst(({ callsWhileOpen }) => callsWhileOpen),
    'beyond permits': worst(({ callsBeyondPermits }) => callsBeyondPermits),
  };
}

await main();
