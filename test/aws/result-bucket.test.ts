import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { s3ResultStore } from '../../lambda/aws/result-bucket.ts';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { resultKey } from '../../lambda/contract/keys.ts';
import type { ResultStore } from '../../lambda/core/jobs/result-store.ts';
import { anAnswer, JOB_ID } from '../support/job-builders.ts';

const BUCKET = 'results-bucket';

let server: FauxqsServer;
let client: S3Client;
let results: ResultStore;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket(BUCKET);
  client = new S3Client({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
  results = s3ResultStore(BUCKET, client);
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

describe('the result bucket', () => {
  const prompt = { jobId: JOB_ID, bodyHash: 'hash' };

  test('returns a prompt unchanged, whatever it contains', async () => {
    const text = 'NUL \u0000, emoji 👩‍👩‍👧‍👦, quote ", line\n';
    const conversation = { system: [{ text: 'be brief' }], messages: [userMessage(text)] };

    await results.putPrompt(prompt, conversation);

    expect(await results.getPrompt(prompt)).toEqual(conversation);
    expect(await results.getPrompt({ ...prompt, bodyHash: 'other' })).toBeUndefined();
  });

  test('returns an answer, and its size in bytes when it is stored', async () => {
    const name = { jobId: JOB_ID, claimToken: 'claim' };
    const answer = anAnswer({ text: '€' });

    const bytes = await results.putAnswer(name, answer);

    expect(bytes).toBe(Buffer.byteLength(JSON.stringify(answer)));
    expect(await results.getAnswer(name)).toEqual(answer);
    expect(await results.getAnswer({ ...name, claimToken: 'other' })).toBeUndefined();
  });

  test('returns what a model said about a refused job, beside the answer', async () => {
    const name = { jobId: JOB_ID, claimToken: 'refused' };

    await results.putErrorDetail(name, 'Not "this".\n');

    expect(await results.getErrorDetail(name)).toBe('Not "this".\n');
    expect(await results.getErrorDetail({ ...name, claimToken: 'other' })).toBeUndefined();
    expect(await results.getAnswer(name)).toBeUndefined();
  });

  test('stores JSON with its type, and fails with the error of S3', async () => {
    const name = { jobId: JOB_ID, claimToken: 'typed' };
    await results.putAnswer(name, anAnswer());
    const head = new HeadObjectCommand({ Bucket: BUCKET, Key: resultKey(JOB_ID, 'typed') });

    expect((await client.send(head)).ContentType).toBe('application/json');
    await expect(s3ResultStore('no-such-bucket', client).getAnswer(name)).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  test('links to an answer for 15 minutes, as a download', async () => {
    const name = { jobId: JOB_ID, claimToken: 'claim' };
    await results.putAnswer(name, anAnswer());

    const url = new URL(await results.answerUrl(name));

    expect(url.searchParams.get('X-Amz-Expires')).toBe('900');
    expect(url.searchParams.get('response-content-disposition')).toBe(
      `attachment; filename="${JOB_ID}.json"`,
    );
    expect(url.searchParams.get('response-content-type')).toBe('application/json');
    expect(await (await fetch(url)).json()).toEqual(anAnswer());
  });
});
