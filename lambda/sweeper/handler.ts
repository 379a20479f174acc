import type { Context } from 'aws-lambda';
import { sqsJobQueue } from '../aws/job-queue.ts';
import { openCircuits, openJobs, openRuntime } from '../compose.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { gaugeQuotas } from './gauge-quotas.ts';
import { gaugeTargets } from './gauge-targets.ts';
import { sweep } from './sweep.ts';

/**
 * The time reserved for the last page: the longest that a page of rows takes, including the SDK's
 * retries.
 */
const MARGIN_MS = 15_000;

const runtime = openRuntime();
const targets = openCircuits(runtime);
const dependencies = {
  ...runtime,
  ...openJobs(runtime),
  queue: sqsJobQueue({ jobs: requiredEnv(ENV.jobsQueueUrl) }),
};

export async function handler(_event: unknown, context: Context): Promise<void> {
  runtime.begin(context);
  try {
    const settings = await runtime.readSettings();
    const ports = { ...runtime, ...targets };
    await Promise.all([
      gaugeTargets(ports, runtime.metrics, settings),
      gaugeQuotas(ports, runtime.metrics, settings),
    ]);
    const untilMs = runtime.clock.now() + context.getRemainingTimeInMillis() - MARGIN_MS;
    await sweep(dependencies, untilMs);
  } finally {
    runtime.end();
  }
}
