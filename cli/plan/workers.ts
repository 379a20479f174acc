import type { JobPolicy } from '../../lambda/contract/policy.ts';
import type { Workload } from './workload.ts';

export interface WorkersPlan {
  /** The jobs that run at the same time in the busiest minute. */
  readonly jobsAtOnce: number;
  /** The sandboxes of the worker that are enough for them, if all their batches are full. */
  readonly sandboxes: number;
  /** The sandboxes that the settings allow, and the jobs in a full batch. */
  readonly workerConcurrency: number;
  readonly batchSize: number;
}

/** Jobs come at random: with three standard deviations, one moment in a thousand has more of them. */
const DEVIATIONS = 3;

const SECONDS_PER_DAY = 86_400;

/** Returns how many sandboxes run the jobs. The mean of the jobs at once is their rate × their time. */
export function workersPlan(
  { jobsPerDay, peak, answerSeconds }: Workload,
  { workerConcurrency, batchSize }: Pick<JobPolicy, 'workerConcurrency' | 'batchSize'>,
): WorkersPlan {
  const mean = ((jobsPerDay * peak) / SECONDS_PER_DAY) * answerSeconds;
  const jobsAtOnce = Math.ceil(mean + DEVIATIONS * Math.sqrt(mean));
  const sandboxes = Math.ceil(jobsAtOnce / batchSize);
  return { jobsAtOnce, sandboxes, workerConcurrency, batchSize };
}
