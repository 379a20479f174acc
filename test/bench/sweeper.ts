/**
 * Measures in virtual time what the sweeper does while 100,000 jobs wait: how long its sweeps take, how
 * soon it finds lost runs, and what it costs. The sweep is the real use case; the table counts units and
 * takes the times of sweeper/swept-table.ts.
 *
 *     npm run bench:sweeper
 */
import { type Load, type SweeperFigures, sweepBacklog } from './sweeper/measure.ts';

const WAITING = 100_000;
const LOADS: Readonly<Record<string, Load>> = {
  'all claimed in 42 min': {
    ...{ waiting: WAITING, claimedPerSecond: 40, acceptedPerSecond: 0, minutes: 45 },
  },
  'all claimed in 5.6 h': {
    ...{ waiting: WAITING, claimedPerSecond: 5, acceptedPerSecond: 0, minutes: 340 },
  },
  'each waits 4 h': {
    ...{ waiting: WAITING, claimedPerSecond: 7, acceptedPerSecond: 7, minutes: 480 },
  },
};

async function main(): Promise<void> {
  const rows: Record<string, string | number>[] = [];
  for (const [load, each] of Object.entries(LOADS)) {
    rows.push({ load, ...rowOf(await sweepBacklog(each)) });
  }
  console.log(`${WAITING.toLocaleString('en')} jobs wait. One run a minute is lost.
"Saved" is the price of the write after each send that the sweeper makes unnecessary.`);
  console.table(rows);
}

function rowOf(figures: SweeperFigures): Record<string, string | number> {
  return {
    'longest sweep s': figures.longestSweepSeconds.toFixed(1),
    unfinished: figures.unfinished,
    'lost run found after s': figures.slowestFindSeconds.toFixed(0),
    'sent again': figures.sentAgain,
    'write units': figures.writeUnits,
    'read units': figures.readUnits,
    dollars: figures.dollars.toFixed(2),
    saved: figures.savedDollars.toFixed(2),
  };
}

await main();
