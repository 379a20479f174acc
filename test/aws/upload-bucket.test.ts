import { createHmac } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { s3ResultStore } from '../../lambda/aws/result-bucket.ts';
import { s3UploadStore } from '../../lambda/aws/upload-bucket.ts';
import { signUploadForm } from '../../lambda/aws/upload-form.ts';
import { startServices } from '../local/support/services.ts';
import { objectStoresSuite } from '../suites/object-stores.ts';
import { START } from '../support/job-builders.ts';
import { localAws } from '../support/local-aws.ts';

const BUCKET = 'holdfast-results';

let services: Awaited<ReturnType<typeof startServices>>;
beforeAll(async () => {
  services = await startServices({ Results: { Type: 'AWS::S3::Bucket' } });
});
afterAll(() => services.stop());

objectStoresSuite('the bucket', () => ({
  results: s3ResultStore(BUCKET, services.operator.s3),
  uploads: s3UploadStore(BUCKET, services.operator.s3),
  upload: async ({ url, fields }, _, content) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    body.set('file', new Blob([new Uint8Array(content)]));
    const { status } = await fetch(url, { method: 'POST', body });
    if (status !== 204) throw new Error(`upload answered ${status}`);
  },
}));

test('an upload is neither found nor copied if S3 does not answer', async () => {
  const nowhere = { ...localAws('http://127.0.0.1:1'), maxAttempts: 1 };
  const uploads = s3UploadStore(BUCKET, new S3Client(nowhere));
  const name = { owner: 'a', uploadId: 'b' };
  const file = { jobId: 'j', bodyHash: 'h', requestToken: 'r', uploadId: 'b' };

  await expect(uploads.find(name)).rejects.toThrow('ECONNREFUSED');
  await expect(uploads.copy(name, 'tag', file)).rejects.toThrow('ECONNREFUSED');
});

describe('a form for an upload', () => {
  const sign = (sessionToken?: string) =>
    signUploadForm(
      new S3Client({
        region: 'eu-west-1',
        credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken },
      }),
      { bucket: 'a-bucket', key: 'uploads/a/b' },
      { contentType: 'image/png', bytes: 5 },
      START,
      START + 900_000,
    );
  const policyOf = (fields: Readonly<Record<string, string>>) =>
    JSON.parse(Buffer.from(fields.policy ?? '', 'base64').toString());

  test('is signed with the key of its day', async () => {
    const { fields } = await sign();
    const key = ['20260101', 'eu-west-1', 's3', 'aws4_request'].reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      'AWS4secret',
    );

    const signature = createHmac('sha256', key)
      .update(fields.policy ?? '')
      .digest('hex');
    expect(fields['x-amz-signature']).toBe(signature);
  });

  test('goes to the address of the bucket in its region', async () => {
    expect((await sign()).url).toBe('https://a-bucket.s3.eu-west-1.amazonaws.com/');
  });

  test('pins its key, type, size and signer, until it expires', async () => {
    const { fields } = await sign();

    expect(policyOf(fields)).toEqual({
      expiration: '2026-01-01T00:15:00.000Z',
      conditions: [
        { bucket: 'a-bucket' },
        ['content-length-range', 5, 5],
        { key: 'uploads/a/b' },
        { 'Content-Type': 'image/png' },
        { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
        { 'x-amz-credential': 'AKID/20260101/eu-west-1/s3/aws4_request' },
        { 'x-amz-date': '20260101T000000Z' },
      ],
    });
  });

  test('has a condition for each field that S3 checks, also with a session token', async () => {
    const { fields } = await sign('token');
    const named = policyOf(fields).conditions.flatMap((each: object) => Object.keys(each));

    expect(fields['x-amz-security-token']).toBe('token');
    for (const name of Object.keys(fields)) {
      if (name !== 'policy' && name !== 'x-amz-signature') expect(named).toContain(name);
    }
  });
});
