import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { BedrockModelClient } from '../aws/bedrock-model-client.ts';
import { sqsJobQueue } from '../aws/job-queue.ts';
import { s3ResultStore } from '../aws/result-bucket.ts';
import { openCircuits, openJobs, openRuntime, warmUp } from '../compose.ts';
import { ENV, requiredEnv } from '../contract/env.ts';
import { SANDBOX_INPUT_BYTES } from '../contract/input-limits.ts';
import { recordCircuitEvents } from '../core/breaker/record-circuit-events.ts';
import { MemoryBudget } from '../core/jobs/memory-budget.ts';
import { createRouter } from '../core/router/router.ts';
import { tracedModels, tracedRouter } from '../core/router/traced.ts';
import { work } from './work.ts';

const runtime = openRuntime();
const { jobs, ends } = openJobs(runtime);
const targets = openCircuits(runtime, recordCircuitEvents(runtime.log, runtime.metrics));
const { trace } = runtime;
const models = tracedModels(new BedrockModelClient(runtime), trace);
const dependencies = {
  ...runtime,
  jobs,
  ends,
  queue: sqsJobQueue({
    jobs: requiredEnv(ENV.jobsQueueUrl),
    deadLetters: requiredEnv(ENV.deadLetterQueueUrl),
  }),
  results: s3ResultStore(requiredEnv(ENV.resultsBucket)),
  memory: new MemoryBudget(SANDBOX_INPUT_BYTES),
  router: tracedRouter(createRouter({ ...runtime, ...targets, models }), trace),
};
const batch = new BatchProcessor(EventType.SQS);

await warmUp(runtime, targets);

/**
 * Runs the jobs of a batch concurrently. Reports each failed message to SQS separately, so that SQS
 * redelivers only those messages.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  runtime.begin(context);
  try {
    const invocation = {
      settings: await runtime.readSettings(),
      endsAtMs: runtime.clock.now() + context.getRemainingTimeInMillis(),
    };
    const each = ({ body }: SQSRecord) => work(dependencies, invocation, body);
    return await processPartialResponse(event, each, batch, { throwOnFullBatchFailure: false });
  } finally {
    await Promise.all([targets.circuits.flush(), targets.quotas.flush()]);
    runtime.end();
  }
}
