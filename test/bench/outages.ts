/**
 * What outages cost: six of them, of 150 to 300 s with all times divided by ten, on two chains.
 *
 *     npm run bench:outages                   in virtual time, in seconds
 *     npm run bench:outages -- --live         on the embedded run, over its API, in real time
 *     ... --chain single --outage brownout --seeds 1
 */
import { parseArgs } from 'node:util';
import { CHAINS, type ChainName, rigSettings } from '../rig/chains.ts';
import { type Figures, figuresOf, type Replay } from '../rig/figures.ts';
import { type MeasuredOutage, OUTAGES, type Outage } from '../rig/outages.ts';
import { buildStage, play } from '../rig/play.ts';
import { simulate } from '../rig/simulate.ts';
import { median } from '../support/median.ts';

const { values } = parseArgs({
  options: {
    live: { type: 'boolean', default: false },
    chain: { type: 'string' },
    outage: { type: 'string', default: '' },
    seeds: { type: 'string', default: '3' },
    pollers: { type: 'string', default: '2' },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);

async function main(): Promise<void> {
  for (const chain of CHAINS.filter((name) => name === (values.chain ?? name))) {
    const settings = rigSettings(chain);
    const stage = values.live ? await buildStage(settings) : undefined;
    const pollers = Number(values.pollers);
    const replay = (outage: Outage, seed: number) =>
      stage ? play(stage, outage, seed) : simulate({ settings, outage, seed, pollers });
    try {
      await tabulate(chain, replay);
    } finally {
      await stage?.dispose();
    }
  }
}

async function tabulate(
  chain: ChainName,
  replay: (outage: Outage, seed: number) => Promise<Replay>,
): Promise<void> {
  const rows: Record<string, Record<string, string | number>> = {};
  for (const outage of OUTAGES.filter(({ name }) => name.includes(values.outage))) {
    const runs: Figures[] = [];
    for (const seed of seeds) runs.push(figuresOf(await replay(outage, seed)));
    rows[outage.name] = rowOf(outage, runs);
  }
  console.log(`chain ${chain}, ${seeds.length} seeds, medians (the worst of what must be 0)`);
  console.table(rows);
}

function rowOf({ limits }: MeasuredOutage, runs: readonly Figures[]) {
  const middle = (figure: (of: Figures) => number) => median(runs.map(figure));
  const worst = (figure: (of: Figures) => number) => Math.max(...runs.map(figure));
  return {
    'faults (limit)': `${middle(({ faults }) => faults)} (${limits.faults})`,
    'until open': middle(({ detection }) => detection),
    'job ms': Math.round(middle(({ medianJobMs }) => medianJobMs)),
    'on primary': `${Math.round(100 * middle(({ primaryShare }) => primaryShare))} %`,
    'back after s': middle(({ backSeconds }) => backSeconds).toFixed(1),
    'backlog s': middle(({ backlogSeconds }) => backlogSeconds).toFixed(1),
    lost: worst(({ lostJobs }) => lostJobs),
    doubled: worst(({ doubledJobs }) => doubledJobs),
    stray: worst(({ strayCalls }) => strayCalls),
    'beyond stage': worst(({ callsBeyondStage }) => callsBeyondStage),
  };
}

await main();
