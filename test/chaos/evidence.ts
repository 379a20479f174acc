import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import type { EmbeddedRun } from '../../local/embedded-run.ts';
import { sideBySide } from '../support/side-by-side.ts';
import type { Crashes, Evidence, Row } from './findings.ts';
import type { Load } from './load.ts';

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

/**
 * Collects the evidence after the run.
 *
 * @param callTimeoutMs the time after which a worker aborts a call
 */
export async function collect(
  run: EmbeddedRun,
  load: Load,
  crashes: Crashes,
  callTimeoutMs: number,
): Promise<Evidence> {
  const jobs = await sideBySide(load.accepted, async ({ jobId, prompt }) => {
    const { result } = await load.job(jobId);
    const last = result?.text;
    return { jobId, prompt, first: load.read.get(jobId) ?? last ?? '', last: last ?? '' };
  });
  return {
    accepted: load.accepted.map(({ jobId }) => jobId),
    rows: await rowsOf(run),
    objects: await resultsOf(run),
    calls: callsOf(run, callTimeoutMs),
    ends: run.events().map(({ detail }) => endOf(detail)),
    answers: jobs,
    mismatched: jobs
      .filter((job) => job.last && !job.last.endsWith(job.prompt))
      .map(({ jobId }) => jobId),
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

function callsOf({ bedrock }: EmbeddedRun, callTimeoutMs: number) {
  const calls = bedrock?.calls({ operation: 'converse*' }) ?? [];
  return calls.map(({ jobId, outcome, ms = 0 }) => ({
    jobId,
    isPaid: outcome === 'answered' || (outcome === 'abandoned' && ms < 0.9 * callTimeoutMs),
  }));
}

const completionEvent = z.object({ id: z.string(), jobId: z.string(), completedAt: z.string() });

function endOf(detail: unknown) {
  const { id, jobId, completedAt } = completionEvent.parse(detail);
  return { id, jobId, at: completedAt };
}
