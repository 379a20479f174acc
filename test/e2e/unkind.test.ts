import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { type Handler, sendJson } from '../../console/server/loopback.ts';
import type { RedriveReport } from '../../lambda/contract/schemas/redrive.ts';
import { eventually } from '../support/eventually.ts';
import { localAws } from '../support/local-aws.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { type Holdfast, withHoldfast } from './holdfast.ts';

const assembly = synthesizeBeforeAll();

/** Throttles every call to SSM. */
const withoutSsm =
  (serve: Handler): Handler =>
  (request, response) => {
    if (!String(request.headers['x-amz-target']).startsWith('AmazonSSM.')) {
      return serve(request, response);
    }
    request.resume();
    const throttle = { __type: 'ThrottlingException', message: 'Rate exceeded' };
    return sendJson(response, 400, throttle, 'application/x-amz-json-1.1');
  };

test('functions start and serve jobs while SSM throttles every call', async () => {
  await withHoldfast(
    assembly,
    async (holdfast) => {
      const posted = await holdfast.request<{ jobId: string }>('/jobs', {
        method: 'POST',
        body: { prompt: 'is anybody there?' },
      });

      expect(posted.status).toBe(202);
      expect(await holdfast.ended([posted.body.jobId])).toMatchObject([{ status: 'SUCCEEDED' }]);
    },
    { disturb: withoutSsm },
  );
}, 60_000);

test('a job whose prompt is gone fails once, and one whose answer is gone says so', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const [answered] = await holdfast.ended([await holdfast.submit('a short question')]);
    const fault = holdfast.bedrock.setFault({ fault: 'unavailable' });
    const waiting = await holdfast.submit('a question for later', { whenOpen: 'queue' });
    await holdfast.reached(waiting, 'DEFERRED');

    await deleteAllObjects(holdfast);
    holdfast.bedrock.clearFault(fault);
    const [job] = await holdfast.ended([waiting]);

    expect(job).toMatchObject({
      status: 'FAILED',
      error: { type: 'urn:holdfast:problem:prompt-gone' },
    });
    expect(await holdfast.job(answered?.jobId ?? '')).toMatchObject({
      status: 'SUCCEEDED',
      resultGone: true,
    });
  });
}, 60_000);

test('one dry run counts every dead letter, although short polls miss most of them', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const bodies = Array.from({ length: 12 }, (_, i) => `not JSON ${i}`);
    for (const body of bodies) await holdfast.sendMessage(body);
    const queue = holdfast.run.outputs.DeadLetterQueueUrl?.split('/').at(-1) ?? '';
    await eventually('the dead letters', async () => {
      const { ready } = await holdfast.run.queueDepth(queue);
      return ready >= bodies.length || undefined;
    });

    const { status, body } = await holdfast.asOperator<RedriveReport>('POST', '/admin/redrive', {
      dryRun: true,
    });

    expect(status).toBe(200);
    // A message that arrives twice becomes two dead letters.
    expect(body.unreadable).toBeGreaterThanOrEqual(bodies.length);
    expect(body.unreadable).toBe(body.left);
  });
}, 60_000);

async function deleteAllObjects({ run }: Holdfast): Promise<void> {
  const s3 = new S3Client({ ...localAws(run.awsUrl), forcePathStyle: true });
  const Bucket = run.outputs.ResultsBucketName;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
}
