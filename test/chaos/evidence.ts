import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import type { BreakerPolicy } from '../../lambda/contract/policy.ts';
import { leaseRenewalMs } from '../../lambda/contract/time-budget.ts';
import { answerText } from '../../local/bedrock/answer-text.ts';
import type { EmbeddedRun } from '../../local/embedded-run.ts';
import { sideBySide } from '../support/side-by-side.ts';
import type { Crashes, Evidence, Row } from './findings.ts';
import type { Load } from './load.ts';

/** More tokens than any answer has. */
const MOST_TOKENS = 1000;
/** A disturbed renewal may miss a cancel, and the machine is busy. */
const CANCEL_RENEWALS = 2;
const SLACK_MS = 2000;

/** The options of an SDK client that uses the operator's credentials. */
export const OPERATOR = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

/** Reads all rows of the jobs table. */
export async function rowsOf({ awsUrl, outputs }: EmbeddedRun): Promise<readonly Row[]> {
  const client = new DynamoDBClient({ ...OPERATOR, endpoint: awsUrl });
  const rows: Row[] = [];
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName: outputs.JobsTableName },
  )) {
    rows.push(...Items.map((item) => unmarshall(item) as Row));
  }
  return rows;
}

/** Collects the evidence after the run. */
export async function collect(
  run: EmbeddedRun,
  load: Load,
  crashes: Crashes,
  breaker: BreakerPolicy,
): Promise<Evidence> {
  const jobs = await sideBySide(load.accepted, async ({ jobId, prompt }) => {
    const { result, servedBy = '' } = await load.job(jobId);
    const last = result?.text ?? '';
    const isOwn =
      last === '' || answerText(modelOf(servedBy), prompt, MOST_TOKENS).startsWith(last);
    return { jobId, first: load.read.get(jobId) ?? last, last, isOwn };
  });
  return {
    accepted: load.accepted.map(({ jobId }) => jobId),
    rows: await rowsOf(run),
    objects: await resultsOf(run),
    calls: callsOf(run, breaker),
    ends: run.events().map(({ detail }) => endOf(detail)),
    answers: jobs,
    mismatched: jobs.filter(({ isOwn }) => !isOwn).map(({ jobId }) => jobId),
    cancelledAtMs: load.cancelledAtMs,
    cancelTakesMs: CANCEL_RENEWALS * leaseRenewalMs(breaker) + SLACK_MS,
    crashes,
  };
}

async function resultsOf({ awsUrl, outputs }: EmbeddedRun): Promise<readonly string[]> {
  const client = new S3Client({ ...OPERATOR, endpoint: awsUrl, forcePathStyle: true });
  const input = { Bucket: outputs.ResultsBucketName, Prefix: 'results/' };
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, input)) {
    keys.push(...Contents.flatMap(({ Key }) => Key ?? []));
  }
  return keys;
}

/**
 * A caller that leaves before the first token was killed, or its limit for the first token had
 * passed. In the second case the call counts as failed.
 */
function callsOf({ bedrock }: EmbeddedRun, { firstTokenSeconds }: BreakerPolicy) {
  const calls = bedrock?.calls({ operation: 'converse*' }) ?? [];
  return calls.map(({ jobId, outcome, startedAtMs, firstTokenMs, ms = 0 }) => {
    const isTimeout = firstTokenMs === undefined && ms > 0.9 * firstTokenSeconds * 1000;
    const isPaid = outcome === 'answered' || (outcome === 'abandoned' && !isTimeout);
    return { jobId, isPaid, endedAtMs: startedAtMs + ms };
  });
}

function modelOf(servedBy: string): string {
  return servedBy.slice(servedBy.indexOf('/') + 1);
}

const completionEvent = z.object({ id: z.string(), jobId: z.string(), completedAt: z.string() });

function endOf(detail: unknown) {
  const { id, jobId, completedAt } = completionEvent.parse(detail);
  return { id, jobId, at: completedAt };
}
