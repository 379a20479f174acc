import { GetObjectCommand, PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startServices } from '../support/services.ts';

const Bucket = 'holdfast-results';
const mayRead = {
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Results', 'Arn'] }, '/results/*']] },
};

let services: Awaited<ReturnType<typeof startServices>>;
beforeAll(async () => {
  services = await startServices({ Results: { Type: 'AWS::S3::Bucket' } }, mayRead);
});
afterAll(() => services.stop());

function put(Key: string, more: Partial<PutObjectCommandInput> = {}) {
  return services.operator.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'first', ...more }));
}
async function read(Key: string) {
  const { Body } = await services.operator.s3.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}

describe('a conditional write', () => {
  test('with If-None-Match is accepted once', async () => {
    await put('once', { IfNoneMatch: '*' });

    await expect(put('once', { IfNoneMatch: '*', Body: 'second' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    expect(await read('once')).toBe('first');
  });

  test('with If-None-Match is accepted once if several are concurrent', async () => {
    const writes = await Promise.allSettled(
      Array.from({ length: 5 }, (_, i) => put('race', { IfNoneMatch: '*', Body: `${i}` })),
    );

    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('with If-Match is accepted only for the current tag', async () => {
    const { ETag } = await put('tagged');

    await expect(put('tagged', { IfMatch: '"other"' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await put('tagged', { IfMatch: ETag, Body: 'second' });
    expect(await read('tagged')).toBe('second');
    await expect(put('absent', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('a presigned link', () => {
  const link = (Key: string, expiresIn: number, signedAt = new Date()) =>
    getSignedUrl(
      services.worker.s3,
      new GetObjectCommand({ Bucket, Key, ResponseContentDisposition: 'attachment' }),
      { expiresIn, signingDate: signedAt },
    );

  test('returns the object, with the headers that it overrides', async () => {
    await put('results/a');

    const answer = await fetch(await link('results/a', 60));

    expect([answer.status, await answer.text()]).toEqual([200, 'first']);
    expect(answer.headers.get('content-disposition')).toBe('attachment');
  });

  test('is rejected after it has expired', async () => {
    await put('results/a');

    const answer = await fetch(await link('results/a', 60, new Date(Date.now() - 61_000)));

    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('Request has expired');
  });

  test('is valid for its method, object and time only', async () => {
    await put('results/a');
    await put('results/b');
    const url = new URL(await link('results/a', 60));
    const changed = (change: (copy: URL) => void) => {
      const copy = new URL(url);
      change(copy);
      return copy;
    };
    const forged = [
      changed((copy) => {
        copy.pathname = copy.pathname.replace('results/a', 'results/b');
      }),
      changed(({ searchParams }) => searchParams.set('X-Amz-Expires', '604800')),
      changed(({ searchParams }) => searchParams.set('X-Amz-Credential', 'local/x')),
      changed(({ searchParams }) => searchParams.delete('X-Amz-Signature')),
      changed((copy) => {
        copy.search = '?X-Amz-Credential=local/x';
      }),
    ];

    for (const each of forged) {
      const answer = await fetch(each);
      expect([answer.status, await answer.text()]).toEqual([
        403,
        expect.stringContaining('SignatureDoesNotMatch'),
      ]);
    }
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(403);
  });

  test('allows no more than its signer may do', async () => {
    await put('prompts/a');

    expect((await fetch(await link('prompts/a', 60))).status).toBe(403);
  });
});

test('a missing object is reported as missing', async () => {
  const get = new GetObjectCommand({ Bucket, Key: 'results/absent' });

  await expect(read('results/absent')).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(services.worker.s3.send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('a request without a signature is rejected', async () => {
  await put('results/a');

  expect((await fetch(`${services.url}/${Bucket}/results/a`)).status).toBe(403);
});
