import settings from '../../../holdfast.config.ts';
import { parseSettings } from '../../../lambda/contract/schemas/settings.ts';
import type { Job } from '../../../lambda/core/jobs/job.ts';
import { seededRandom } from '../../../local/bedrock/seeded-random.ts';
import { Simulation, type Traffic } from '../../rig/simulation.ts';
import { FUNCTION_GB, MILLION, PRICE } from '../cost/prices.ts';
import { LONG_ANSWERS, type Mix, meanBatchSeconds, promptOf, SPEED } from './answers.ts';

const SEED = 1;
/** A run that takes longer never ends. */
const LONGEST_MINUTES = 300;

/** The shape of a fleet of workers. */
export interface Fleet {
  readonly batch: number;
  readonly sandboxes: number;
}

/** The figures of one fleet under one load. */
export interface FleetFigures {
  readonly jobsPerSecond: number;
  /** Percentiles of the seconds from the acceptance of a job to its end. */
  readonly p50: number;
  readonly p99: number;
  /** The mean number of jobs in a batch. */
  readonly jobsPerBatch: number;
  /** US dollars for a million jobs: the worker's Lambda, SQS and the writes of the circuits. */
  readonly dollars: number;
  /** Writes to the store of the circuits for each call of a model. */
  readonly writesPerCall: number;
}

/**
 * Loads a fleet with this share of the jobs that it can run in full batches, for the time of this
 * many batches.
 */
export async function nearSaturation(
  fleet: Fleet,
  mix: Mix,
  { share, batches }: { readonly share: number; readonly batches: number },
): Promise<FleetFigures> {
  const batchSeconds = meanBatchSeconds(mix, fleet.batch, seededRandom(SEED));
  const perSecond = (share * fleet.sandboxes * fleet.batch) / batchSeconds;
  const seconds = batches * batchSeconds;
  const count = Math.round(perSecond * seconds);
  const simulation = simulationOf(fleet, fleet.sandboxes);
  await runAll(simulation, [{ count, perSecond, prompt: (n) => promptOf(mix, n) }]);
  // The first half fills the fleet, so it is left out.
  return figuresOf(simulation, { fromSeconds: seconds / 2, toSeconds: seconds }, () => true);
}

/**
 * Loads a fleet with short jobs, and for one minute with long jobs of another tenant. Returns the
 * figures of the short jobs of three minutes; the batches and their dollars are those of all jobs.
 */
export async function besideLongJobs(
  fleet: Fleet,
  perSecond: { readonly short: number; readonly long: number },
): Promise<FleetFigures> {
  const simulation = simulationOf(fleet);
  const { short, long } = perSecond;
  await runAll(simulation, [
    { count: 180 * short, perSecond: short, prompt: (n) => `short ${n}`, tenant: 'short' },
    { count: 60 * long, perSecond: long, prompt: (n) => `long 0 ${n}`, tenant: 'long' },
  ]);
  const isShort = ({ tenant }: Job) => tenant === 'short';
  return figuresOf(simulation, { fromSeconds: 0, toSeconds: 180 }, isShort);
}

/** `pollers` is the number of sandboxes at the beginning. */
function simulationOf({ batch, sandboxes }: Fleet, pollers?: number): Simulation {
  const jobs = { batchSize: batch, workerConcurrency: sandboxes };
  const simulation = new Simulation({
    settings: parseSettings({ ...settings, jobs }, 'the settings of the bench'),
    seed: SEED,
    speed: SPEED,
    pollers,
  });
  for (const rule of LONG_ANSWERS) simulation.bedrock.faults.set(rule);
  return simulation;
}

/** Posts the jobs and runs until all of them have their answers. */
async function runAll(simulation: Simulation, traffic: readonly Traffic[]): Promise<void> {
  let isPosted = false;
  const posted = Promise.all(traffic.map((jobs) => simulation.post(jobs))).then(() => {
    isPosted = true;
  });
  const isDone = () => isPosted && simulation.jobs.every(({ status }) => status === 'SUCCEEDED');
  for (let minutes = 0; !isDone(); minutes++) {
    if (minutes > LONGEST_MINUTES) throw new Error(`jobs wait after ${minutes} minutes`);
    await simulation.run(60);
  }
  await posted;
}

function figuresOf(
  { jobs, startMs, fleet, bedrock, circuits }: Simulation,
  { fromSeconds, toSeconds }: { readonly fromSeconds: number; readonly toSeconds: number },
  isMeasured: (job: Job) => boolean,
): FleetFigures {
  const isInside = (ms: number) =>
    ms >= startMs + fromSeconds * 1000 && ms < startMs + toSeconds * 1000;
  const measured = jobs.filter((job) => isInside(job.createdAt) && isMeasured(job));
  const seconds = measured
    .map(({ createdAt, completedAt = Infinity }) => (completedAt - createdAt) / 1000)
    .sort((a, b) => a - b);
  const batches = fleet.invocations.filter(({ startedAtMs }) => isInside(startedAtMs));
  const messages = batches.reduce((sum, batch) => sum + batch.messages, 0);
  const busyMs = batches.reduce((sum, batch) => sum + batch.endedAtMs - batch.startedAtMs, 0);
  const calls = bedrock.log.statistics().targets.reduce((sum, target) => sum + target.calls, 0);
  const writes = circuits.times('addToWindow') + circuits.times('save');
  const [batchesPerJob, writesPerCall] = [batches.length / messages, writes / calls];
  return {
    jobsPerSecond: measured.length / (toSeconds - fromSeconds),
    p50: percentile(seconds, 0.5),
    p99: percentile(seconds, 0.99),
    jobsPerBatch: messages / batches.length,
    dollars: MILLION * dollarsOf(busyMs / 1000 / messages, batchesPerJob, writesPerCall),
    writesPerCall,
  };
}

/** Returns the dollars of one job. A batch costs one receive, one delete and one call of Lambda. */
function dollarsOf(busySeconds: number, batches: number, writes: number): number {
  return (
    busySeconds * FUNCTION_GB * PRICE.lambdaGbSecondArm +
    batches * PRICE.lambdaCall +
    (1 + 2 * batches) * PRICE.sqsRequest +
    writes * PRICE.dynamoDbWrite
  );
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
