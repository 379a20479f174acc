/**
 * Measures what the batch size and the number of sandboxes do to throughput, delays and cost, in
 * virtual time: the worker's breaker, router and job use cases with stores in memory.
 *
 *     npm run bench:batches
 */
import { MIXES } from './batches/answers.ts';
import {
  besideLongJobs,
  type Fleet,
  type FleetFigures,
  nearSaturation,
} from './batches/measure.ts';

const BATCHES = [1, 2, 4, 10];
/** The share of the jobs that a fleet can run in full batches. */
const SHARE = 0.8;
/** The fleets, each with the number of batches in a row. A large fleet has enough jobs in a few. */
const FLEETS = [
  { sandboxes: 10, batches: 60 },
  { sandboxes: 1000, batches: 2 },
];
/** Fleets that differ in how they share out the same calls, and the default. */
const SHAPES: readonly Fleet[] = [
  { sandboxes: 10, batch: 10 },
  { sandboxes: 25, batch: 4 },
  { sandboxes: 50, batch: 2 },
  { sandboxes: 100, batch: 1 },
  { sandboxes: 50, batch: 4 },
];

type Row = Record<string, string | number>;

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const mix of MIXES) {
    for (const { sandboxes, batches } of FLEETS) {
      for (const batch of BATCHES) {
        const figures = await nearSaturation({ sandboxes, batch }, mix, { share: SHARE, batches });
        rows.push({ answers: mix.name, sandboxes, batch, ...rowOf(figures) });
      }
    }
  }
  console.log(`Each fleet gets ${100 * SHARE} % of the jobs that it can run in full batches.
Answers: about 5 s; in "10 % long", each tenth takes 60 to 120 s.
Dollars for a million jobs: the worker's Lambda, SQS and the writes of the circuits.`);
  console.table(rows);

  const shapes: Row[] = [];
  for (const fleet of SHAPES) {
    const { sandboxes, batch } = fleet;
    const figures = await besideLongJobs(fleet, { short: 5, long: 1 });
    shapes.push({ sandboxes, batch, 'calls at once': sandboxes * batch, ...rowOf(figures) });
  }
  console.log(`5 jobs/s with answers of about 5 s for 3 minutes. In the first minute, another tenant
sends one job with an answer of a minute each second. p50 and p99 are those of the short jobs.`);
  console.table(shapes);
}

function rowOf(figures: FleetFigures): Row {
  const { jobsPerSecond, p50, p99, jobsPerBatch, dollars, writesPerCall } = figures;
  return {
    'jobs/s': Number(jobsPerSecond.toPrecision(3)),
    'p50 s': p50.toFixed(1),
    'p99 s': p99.toFixed(1),
    'jobs per batch': jobsPerBatch.toFixed(1),
    dollars: dollars.toFixed(2),
    'writes per call': writesPerCall.toFixed(2),
  };
}

await main();
