/**
 * Measures how much memory the inputs of jobs take in a worker's sandbox: the real adapters read the
 * files of jobs from S3 and send them to a model, both simulated by a server in this process.
 *
 *     npm run bench:input
 */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import { BedrockModelClient } from '../../lambda/aws/bedrock-model-client.ts';
import { s3ResultStore } from '../../lambda/aws/result-bucket.ts';
import { createClient, WITHOUT_CHECKSUMS } from '../../lambda/aws/sdk-client.ts';
import type { Conversation } from '../../lambda/contract/conversation.ts';
import { base64Bytes } from '../../lambda/contract/input-limits.ts';
import { loadConversation } from '../../lambda/worker/load-conversation.ts';
import { useBedrockAt } from '../support/bedrock-endpoint.ts';
import { aJob } from '../support/job-builders.ts';
import { localAws } from '../support/local-aws.ts';

/** Long enough that the requests of all jobs are complete before the first answer. */
const ANSWER_MS = 3000;
/** Each job calls a second model, as after a failure: what the first call held is garbage by then. */
const CALLS = 2;
const MB = 1024 * 1024;

/** The jobs of a sandbox and the size of the one file that each of them has, in MB. */
const CASES = [
  [0, 0],
  [4, 1],
  [10, 1],
  [1, 3.75],
  [4, 3.75],
  [7, 3.75],
  [1, 18.75],
  [2, 18.75],
  [3, 18.75],
] as const;

interface Case {
  readonly url: string;
  readonly jobs: number;
}

function prompt(): Conversation {
  const image = { format: 'png', source: { upload: 'f'.repeat(32) } };
  return { messages: [{ role: 'user', content: [{ text: 'What is this?' }, { image }] }] };
}

async function measure(jobs: number, fileMb: number): Promise<number> {
  const file = Buffer.alloc(fileMb * MB, 1);
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(request.url?.includes('f'.repeat(32)) ? file : JSON.stringify(prompt()));
      return;
    }
    request.resume().on('end', () => setTimeout(() => response.end(ANSWER), ANSWER_MS));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = fork(fileURLToPath(import.meta.url), ['sandbox']);
  const peakMb = new Promise<number>((resolve) =>
    child.once('message', (mb) => resolve(Number(mb))),
  );
  child.send({ url, jobs } satisfies Case);
  const mb = await peakMb;
  child.disconnect();
  server.close();
  return mb;
}

const ANSWER = JSON.stringify({
  output: { message: { role: 'assistant', content: [{ text: 'a' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
});

async function runJobs({ url, jobs }: Case): Promise<number> {
  useBedrockAt(url);
  const s3 = createClient(
    (options) => new S3Client({ ...options, ...WITHOUT_CHECKSUMS, ...localAws(url) }),
  );
  const results = s3ResultStore('results', s3);
  const models = new BedrockModelClient({ clock: Date });
  const runJob = async (_: unknown, n: number) => {
    const job = aJob({ jobId: String(n).padStart(32, '0') });
    const conversation = await loadConversation(results, job);
    if (!conversation) throw new Error('no conversation');
    const shaped = { ...conversation, inferenceConfig: { maxTokens: 10 } };
    const target = { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' };
    const limits = { isStreamed: false, firstTokenMs: 0, stallMs: 0, answerMs: 60_000 };
    const watch = { onToken: () => undefined, signal: new AbortController().signal };
    for (let calls = 0; calls < CALLS; calls++) {
      const request = { target, conversation: shaped, jobId: job.jobId };
      const { outcome } = await models.converse(request, limits, watch);
      if (outcome !== 'answer') throw new Error(`the call ended as ${outcome}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, runJob));
  return process.resourceUsage().maxRSS / 1024;
}

if (process.argv[2] === 'sandbox') {
  process.once('message', async (given: Case) => process.send?.(await runJobs(given)));
} else {
  let idleMb = 0;
  for (const [jobs, fileMb] of CASES) {
    const peakMb = await measure(jobs, fileMb);
    if (jobs === 0) idleMb = peakMb;
    const inputMb = (jobs * base64Bytes(fileMb * MB)) / MB;
    const factor = jobs === 0 ? '' : `, ${((peakMb - idleMb) / inputMb).toFixed(1)} × the input`;
    process.stdout.write(
      `${jobs} jobs with ${fileMb} MB each: input ${inputMb.toFixed(1)} MB, peak ${peakMb.toFixed(0)} MB${factor}\n`,
    );
  }
}
