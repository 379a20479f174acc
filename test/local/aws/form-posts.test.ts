import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signUploadForm } from '../../../lambda/aws/upload-form.ts';
import type { UploadForm } from '../../../lambda/core/jobs/upload-store.ts';
import { startServices } from '../support/services.ts';

const Bucket = 'holdfast-results';
const within = (keys: string) => ({
  'Fn::Join': ['', [{ 'Fn::GetAtt': ['Results', 'Arn'] }, `/${keys}`]],
});

let services: Awaited<ReturnType<typeof startServices>>;
beforeAll(async () => {
  services = await startServices(
    { Results: { Type: 'AWS::S3::Bucket' } },
    { Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: within('uploads/*') },
    { Effect: 'Allow', Action: 's3:PutObject', Resource: within('prompts/*') },
  );
});
afterAll(() => services.stop());

const PNG = { contentType: 'image/png', bytes: 5 };

/** Returns a form that a function of the stack signed. */
function aForm(key: string, { file = PNG, signedAtMs = Date.now(), seconds = 60 } = {}) {
  const object = { bucket: Bucket, key };
  const expiresAtMs = signedAtMs + seconds * 1000;
  return signUploadForm(services.worker.s3, object, file, signedAtMs, expiresAtMs);
}

interface Posted {
  readonly file?: string | Buffer;
  readonly fields?: Readonly<Record<string, string>>;
  readonly after?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

async function post(
  form: UploadForm,
  { file = 'image', fields = {}, after = {}, headers }: Posted,
) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...form.fields, ...fields })) body.set(name, value);
  body.set('file', new Blob([new Uint8Array(Buffer.from(file))]), 'a.png');
  for (const [name, value] of Object.entries(after)) body.append(name, value);
  const answer = await fetch(form.url, { method: 'POST', body, headers });
  return { status: answer.status, etag: answer.headers.get('etag'), text: await answer.text() };
}

async function contentOf(Key: string) {
  const get = new GetObjectCommand({ Bucket, Key });
  const { Body, ContentType } = await services.operator.s3.send(get);
  return [await Body?.transformToString(), ContentType];
}

async function exists(Key: string): Promise<boolean> {
  const head = new HeadObjectCommand({ Bucket, Key });
  return services.operator.s3.send(head).then(
    () => true,
    () => false,
  );
}

/** Signs a policy as the operator, so that a test can write one that Holdfast never signs. */
function withPolicy(form: UploadForm, policy: object | string): UploadForm {
  const credential = 'local/20260101/us-east-1/s3/aws4_request';
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  const encoded = Buffer.from(text).toString('base64');
  const hmac = (key: string | Buffer, data: string) =>
    createHmac('sha256', key).update(data).digest();
  const key = ['20260101', 'us-east-1', 's3', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    'AWS4local',
  );
  const signed = { 'x-amz-credential': credential, 'x-amz-date': '20260101T000000Z' };
  const signature = hmac(key, encoded).toString('hex');
  const fields = { ...form.fields, ...signed, policy: encoded, 'x-amz-signature': signature };
  return { ...form, fields };
}

describe('a form with a signed policy', () => {
  test('stores the file under its key, with its type', async () => {
    const answer = await post(await aForm('uploads/a'), {});

    expect(answer).toMatchObject({ status: 204, etag: expect.stringMatching(/^"\w+"$/) });
    expect(await contentOf('uploads/a')).toEqual(['image', 'image/png']);
  });

  test('may come from any web page', async () => {
    const headers = { origin: 'https://shop.example' };

    expect(await post(await aForm('uploads/page'), { headers })).toMatchObject({ status: 204 });
  });

  test('may come from curl', async () => {
    const { url, fields } = await aForm('uploads/curl');
    const file = join(tmpdir(), `form-${process.pid}.png`);
    writeFileSync(file, 'image');
    const parts = Object.entries(fields).flatMap(([name, value]) => ['-F', `${name}=${value}`]);

    const args = ['-sS', '-w', '%{http_code}', ...parts, '-F', `file=@${file}`, url];
    const status = await new Promise((resolve, reject) =>
      execFile('curl', args, (error, out) => (error ? reject(error) : resolve(out))),
    );

    expect(status).toBe('204');
    expect(await contentOf('uploads/curl')).toEqual(['image', 'image/png']);
  });

  test('may carry a file of 18 MB, unchanged', async () => {
    const file = Buffer.alloc(18 * 1024 * 1024, 7);
    const form = await aForm('uploads/video', {
      file: { contentType: 'video/mp4', bytes: file.length },
    });

    expect(await post(form, { file })).toMatchObject({ status: 204 });
    const head = new HeadObjectCommand({ Bucket, Key: 'uploads/video' });
    expect(await services.operator.s3.send(head)).toMatchObject({ ContentLength: file.length });
  });

  test('can be posted again until it expires, and the last file counts', async () => {
    const form = await aForm('uploads/again');
    await post(form, { file: 'first' });
    await post(form, { file: 'other' });

    expect(await contentOf('uploads/again')).toEqual(['other', 'image/png']);
  });

  test('ignores what follows the file, and fields to ignore', async () => {
    const form = await aForm('uploads/after');
    const fields = { 'x-ignore-me': '1' };

    expect(await post(form, { fields, after: { acl: 'public-read' } })).toMatchObject({
      status: 204,
    });
  });

  test.each<[string, Posted, number, string]>([
    ['another key', { fields: { key: 'uploads/b' } }, 403, 'Policy Condition failed'],
    ['another type', { fields: { 'Content-Type': 'text/html' } }, 403, 'Policy Condition failed'],
    [
      'a field that the policy does not name',
      { fields: { acl: 'public-read' } },
      403,
      'Extra input',
    ],
    ['a redirect', { fields: { success_action_redirect: 'https://a' } }, 403, 'Extra input'],
    ['too large a file', { file: 'images' }, 400, 'EntityTooLarge'],
    ['too small a file', { file: 'imag' }, 400, 'EntityTooSmall'],
    ['another signature', { fields: { 'x-amz-signature': '0' } }, 403, 'SignatureDoesNotMatch'],
    ['another signer', { fields: { 'x-amz-credential': 'local/x' } }, 403, 'SignatureDoesNotMatch'],
    ['another algorithm', { fields: { 'x-amz-algorithm': 'none' } }, 403, 'SignatureDoesNotMatch'],
    ['no key', { fields: { key: '' } }, 400, 'InvalidArgument'],
  ])('refuses %s', async (_, posted, status, text) => {
    const answer = await post(await aForm('uploads/refused'), posted);

    expect(answer).toMatchObject({ status, text: expect.stringContaining(text) });
    expect(await exists('uploads/refused')).toBe(false);
  });

  test('is refused when it has expired', async () => {
    const form = await aForm('uploads/late', { signedAtMs: Date.now() - 61_000 });

    expect(await post(form, {})).toMatchObject({
      status: 403,
      text: expect.stringContaining('Policy expired'),
    });
  });

  test('is refused in another bucket, even by the same signer', async () => {
    const form = await aForm('uploads/bucket');
    const url = form.url.replace(Bucket, 'another-bucket');

    expect(await post({ ...form, url }, {})).toMatchObject({
      status: 403,
      text: expect.stringContaining('Policy Condition failed'),
    });
  });

  test('allows no more than its signer may do', async () => {
    expect(await post(await aForm('results/a'), {})).toMatchObject({
      status: 403,
      text: expect.stringContaining('not authorized to perform: s3:PutObject'),
    });
  });

  test('is refused if its policy lacks a condition for a field, or is not a policy', async () => {
    const form = await aForm('uploads/policy');
    const expiration = '2999-01-01T00:00:00Z';
    const refusalOf = async (policy: object | string) =>
      (await post(withPolicy(form, policy), {})).text;

    expect(await refusalOf({ expiration, conditions: [['starts-with', '$key', 'up']] })).toContain(
      'Extra input fields: content-type, x-amz-algorithm',
    );
    for (const policy of ['no JSON', {}, { expiration }, { expiration, conditions: [['eq']] }]) {
      expect(await refusalOf(policy)).toContain('InvalidPolicyDocument');
    }
  });
});

test('a form without a policy, without a file or without parts is refused', async () => {
  const { url, fields } = await aForm('uploads/none');
  const { policy: _, ...unsigned } = fields;
  const parts = new FormData();
  parts.set('key', 'uploads/none');
  const noFile = await fetch(url, { method: 'POST', body: parts });
  const headers = { 'content-type': 'multipart/form-data' };
  const noParts = await fetch(url, { method: 'POST', body: 'a', headers });

  expect(await post({ url, fields: unsigned }, {})).toMatchObject({ status: 403 });
  expect([noFile.status, await noFile.text()]).toEqual([
    400,
    expect.stringContaining('exactly one file'),
  ]);
  expect([noParts.status, await noParts.text()]).toEqual([
    400,
    expect.stringContaining('MalformedPOSTRequest'),
  ]);
});

describe('a copy', () => {
  const copy = (key: string, tag?: string) =>
    services.worker.s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'prompts/copy',
        CopySource: `${Bucket}/${key}`,
        CopySourceIfMatch: tag,
      }),
    );
  const put = (Key: string) =>
    services.operator.s3.send(
      new PutObjectCommand({ Bucket, Key, Body: 'first', ContentType: 'image/gif' }),
    );

  test('keeps the content and the type of an object that has the tag', async () => {
    const { ETag } = await put('uploads/source');

    await copy('uploads/source', ETag);

    expect(await contentOf('prompts/copy')).toEqual(['first', 'image/gif']);
  });

  test.each([
    ['has another tag', 'uploads/source', 'PreconditionFailed'],
    ['is missing', 'uploads/absent', 'NoSuchKey'],
    ['its caller may not read', 'results/source', 'AccessDenied'],
  ])('of an object that %s is refused', async (_, key, name) => {
    await put('uploads/source');
    await put('results/source');

    await expect(copy(key, '"other"')).rejects.toMatchObject({ name });
  });
});
