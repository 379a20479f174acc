import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Conversation } from '../../lambda/contract/conversation.ts';
import { JOB_FILE_BYTES } from '../../lambda/contract/input-limits.ts';
import { typesOf } from '../../lambda/contract/media-types.ts';
import { findUploads, ownerOf } from '../../lambda/request/job-uploads.ts';
import { type ApiCall, anApi, bodyOf, fieldsOf } from '../support/api-caller.ts';
import type { ApiEventOptions } from '../support/api-event.ts';
import { START } from '../support/job-builders.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';

const GIF = Buffer.from('GIF89a, an image');
const HOUR_MS = 3_600_000;
const UNUSABLE = 'urn:holdfast:problem:upload-unusable';
const ABSENT = 'allowed is a file that was uploaded in the last 24 hours';

let world: World;
let call: ApiCall;
beforeEach(() => {
  world = aWorld();
  call = anApi(world);
});

const ask = (body: unknown, apiKeyId = 'key') =>
  call({ route: 'POST /uploads', body: JSON.stringify(body), apiKeyId });

/** Uploads a file as a tenant does, and returns the id. */
async function upload({ content = GIF, contentType = 'image/gif', apiKeyId = 'key' } = {}) {
  const form = bodyOf(await ask({ contentType, bytes: content.length }, apiKeyId));
  const uploadedAtMs = world.clock.now();
  world.uploads.upload(form.fields.key, { contentType, content, uploadedAtMs });
  return form.uploadId as string;
}

const image = (uploadId: string, format = 'gif') => ({
  image: { format, source: { upload: uploadId } },
});
const withBlocks = (...content: object[]) => ({
  messages: [{ role: 'user', content: [{ text: 'What is this?' }, ...content] }],
});
const post = (body: object, options: ApiEventOptions = {}) =>
  call({ route: 'POST /jobs', body: JSON.stringify(body), ...options });

describe('POST /v1/uploads', () => {
  test('returns a form for one file of the tenant, valid for 15 minutes', async () => {
    const result = await ask({ contentType: 'application/pdf', bytes: 1000 });

    expect(result.statusCode).toBe(201);
    const { uploadId, fields } = bodyOf(result);
    expect(uploadId).toMatch(/^[0-9a-f]{32}$/);
    expect(fields.key).toBe(`uploads/${ownerOf('key')}/${uploadId}`);
    expect(bodyOf(result)).toMatchObject({
      contentType: 'application/pdf',
      bytes: 1000,
      expiresAt: '2026-01-01T00:15:00.000Z',
    });
  });

  test.each([
    ['image/png', 3.75],
    ['application/pdf', 4.5],
    ['video/mp4', 18.75],
    ['audio/mpeg', 18.75],
  ])('accepts %s of at most %d MB', async (contentType, megabytes) => {
    const most = megabytes * 1024 * 1024;

    expect((await ask({ contentType, bytes: most })).statusCode).toBe(201);
    const refused = await ask({ contentType, bytes: most + 1 });
    expect(refused.statusCode).toBe(400);
    expect(bodyOf(refused).errors).toEqual([
      { field: 'bytes', detail: `got ${most + 1}, allowed is at most ${most}` },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['no type', { bytes: 1 }, 'contentType'],
    ['a type that no block takes', { contentType: 'image/tiff', bytes: 1 }, 'contentType'],
    ['an inherited name', { contentType: 'constructor', bytes: 1 }, 'contentType'],
    ['no size', { contentType: 'image/png' }, 'bytes'],
    ['an empty file', { contentType: 'image/png', bytes: 0 }, 'bytes'],
    ['half a byte', { contentType: 'image/png', bytes: 1.5 }, 'bytes'],
    ['a name', { contentType: 'image/png', bytes: 1, name: 'a' }, 'name'],
    ['a list', [], 'body'],
  ])('refuses %s', async (_, body, field) => {
    const result = await ask(body);

    expect(result.statusCode).toBe(400);
    expect(fieldsOf(result)).toContain(field);
  });
});

test('an upload without a readable body is refused', async () => {
  const result = await call({ route: 'POST /uploads', body: '['.repeat(101) });

  const detail = 'got too many levels, allowed are at most 100';
  expect([result.statusCode, bodyOf(result).errors]).toEqual([400, [{ field: 'body', detail }]]);
});

test('S3 takes the file for as long as the form says', async () => {
  const { createForm } = world.uploads;
  const given: unknown[] = [];
  world.uploads.createForm = async (...form: Parameters<typeof createForm>) => {
    given.push(...form.slice(2));
    return createForm.apply(world.uploads, form);
  };

  await ask({ contentType: 'image/png', bytes: 1 });

  expect(given).toEqual([START, START + 15 * 60_000]);
});

describe('a job with an uploaded file', () => {
  test('gets a copy of the file before its row is written', async () => {
    const uploadId = await upload();
    const { create } = world.jobs;
    world.jobs.create = async (...given) => {
      expect(world.results.files.size).toBe(1);
      return create.apply(world.jobs, given);
    };

    const result = await post(withBlocks(image(uploadId)));

    expect(result.statusCode).toBe(202);
    const row = rowOf(world, bodyOf(result).jobId);
    expect(await world.results.getFile({ ...row, uploadId })).toBe(GIF.toString('base64'));
    const prompt = await world.results.getPrompt(row);
    expect(row.inputBytes).toBe(JSON.stringify(prompt).length + 24);
  });

  test('is the same job for a repeated request, even if the upload is gone or has changed', async () => {
    const uploadId = await upload();
    const repeat = () =>
      post(withBlocks(image(uploadId)), { headers: { 'Idempotency-Key': ['a'] } });
    const { jobId } = bodyOf(await repeat());
    const [key = ''] = world.uploads.uploads.keys();
    world.uploads.upload(key, {
      contentType: 'text/html',
      content: Buffer.from('<p>'),
      uploadedAtMs: START,
    });

    expect(bodyOf(await repeat()).jobId).toBe(jobId);
    world.uploads.uploads.clear();
    expect(bodyOf(await repeat()).jobId).toBe(jobId);
    const row = rowOf(world, jobId);
    expect(await world.results.getFile({ ...row, uploadId })).toBe(GIF.toString('base64'));
    expect(world.results.files.size).toBe(1);
  });

  test('has the copy of its own request, if two requests with one key arrive together', async () => {
    const uploadId = await upload();
    const headers = { 'Idempotency-Key': ['a'] };
    const results = await Promise.all(
      [1, 2].map(() => post(withBlocks(image(uploadId)), { headers })),
    );

    const [first, second] = results.map((result) => bodyOf(result).jobId);
    expect(first).toBe(second);
    expect(world.jobs.rows.size).toBe(1);
    expect(await world.results.getFile({ ...rowOf(world, first), uploadId })).toBeDefined();
  });

  test('may refer to one file several times, also in the result of a tool', async () => {
    const uploadId = await upload();
    const toolUse = { toolUseId: 't', name: 'see', input: {} };
    const messages = [
      { role: 'user', content: [{ text: 'Look.' }, image(uploadId), image(uploadId)] },
      { role: 'assistant', content: [{ toolUse }] },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 't', content: [image(uploadId)] } }],
      },
    ];
    const toolConfig = {
      tools: [{ toolSpec: { name: 'see', inputSchema: { json: { type: 'object' } } } }],
    };

    const result = await post({ messages, toolConfig });

    expect(result.statusCode).toBe(202);
    expect(world.results.files.size).toBe(1);
    const row = rowOf(world, bodyOf(result).jobId);
    const prompt = await world.results.getPrompt(row);
    expect(row.inputBytes).toBe(JSON.stringify(prompt).length + 3 * 24);
  });

  test.each<[string, () => Promise<object>, string]>([
    ['that nobody uploaded', async () => image('0'.repeat(32)), ABSENT],
    [
      'that has a form but was not uploaded',
      async () => image(bodyOf(await ask({ contentType: 'image/gif', bytes: 16 })).uploadId),
      ABSENT,
    ],
    ['of another tenant', async () => image(await upload({ apiKeyId: 'other' })), ABSENT],
    [
      'that was uploaded a day ago',
      async () => {
        const uploadId = await upload();
        world.clock.nowMs += 24 * HOUR_MS;
        return image(uploadId);
      },
      ABSENT,
    ],
    [
      'of another type',
      async () => image(await upload(), 'png'),
      'got a file of the type image/gif, allowed is image/png',
    ],
    [
      'whose bytes contradict its type',
      async () => image(await upload({ content: Buffer.from('%PDF-1.7 no image') })),
      'got another format, allowed is a file of the format gif',
    ],
    [
      'of another kind',
      async () => image(await upload({ contentType: 'application/pdf' })),
      'got a file of the type application/pdf, allowed is image/gif',
    ],
    [
      'of a type that no document without a format has',
      async () => ({ document: { name: 'a', source: { upload: await upload() } } }),
      `got a file of the type image/gif, allowed is ${typesOf('document').join(', ')}`,
    ],
  ])('is refused with the path of a file %s', async (_, block, detail) => {
    const body = withBlocks(await block());

    const result = await post(body);

    expect(result.statusCode).toBe(422);
    expect(bodyOf(result)).toMatchObject({ type: UNUSABLE, status: 422 });
    const field = expect.stringMatching(/^messages\[0\]\.content\[1\]\.\w+\.source\.upload$/);
    expect(bodyOf(result).errors).toEqual([{ field, detail }]);
    expect([world.jobs.rows.size, world.results.prompts.size, world.results.files.size]).toEqual([
      0, 0, 0,
    ]);
  });

  test('says the same of a file of another tenant as of one that does not exist', async () => {
    const foreign = await post(withBlocks(image(await upload({ apiKeyId: 'other' }))));
    const absent = await post(withBlocks(image('0'.repeat(32))));

    expect(foreign).toEqual(absent);
  });

  test('accepts a file for a day', async () => {
    const uploadId = await upload();
    world.clock.nowMs += 24 * HOUR_MS - 1;

    expect((await post(withBlocks(image(uploadId)))).statusCode).toBe(202);
  });

  test('is refused if the file changes between the check and the copy', async () => {
    const uploadId = await upload();
    const { find } = world.uploads;
    world.uploads.find = async (name) => {
      const found = await find.call(world.uploads, name);
      const [key = ''] = world.uploads.uploads.keys();
      const content = Buffer.from('GIF89a, another');
      world.uploads.upload(key, { contentType: 'image/gif', content, uploadedAtMs: START });
      return found;
    };

    const result = await post(withBlocks(image(uploadId)));

    expect(result.statusCode).toBe(422);
    const detail = 'the file was uploaded again while the job was submitted';
    expect(bodyOf(result).errors).toEqual([
      { field: 'messages[0].content[1].image.source.upload', detail },
    ]);
    expect(world.jobs.rows.size).toBe(0);
  });

  test('is refused if all files together are too large for a worker, however often one is used', async () => {
    const content = Buffer.concat([GIF, Buffer.alloc(3_900_000)]);
    const uploadId = await upload({ content });
    const times = Math.ceil(JOB_FILE_BYTES / 5_200_000);

    expect((await post(withBlocks(image(uploadId)))).statusCode).toBe(202);
    const result = await post(withBlocks(...Array(times).fill(image(uploadId))));
    expect(result.statusCode).toBe(422);
    expect(fieldsOf(result)).toEqual(['messages']);
  });

  test('has at most 25 MB of files as base64', async () => {
    const most = (JOB_FILE_BYTES / 4) * 3;
    const found = { contentType: 'video/mp4', start: '0000000066747970', tag: 'a' };
    const conversation: Conversation = {
      messages: [
        { role: 'user', content: [{ video: { format: 'mp4', source: { upload: 'a' } } }] },
      ],
    };
    const lookUp = (bytes: number) => {
      const find = async () => ({ ...found, bytes, uploadedAtMs: START });
      return findUploads({ find }, 'key', conversation, START);
    };

    expect((await lookUp(most)).faults).toEqual([]);
    const detail = `got files of ${JOB_FILE_BYTES + 4} bytes as base64, allowed are at most ${JOB_FILE_BYTES}`;
    expect((await lookUp(most + 1)).faults).toEqual([{ field: 'messages', detail }]);
  });

  test('may refer to 100 files; of more, none is looked up', async () => {
    const ids = Array.from({ length: 101 }, (_, i) => i.toString(16).padStart(32, '0'));
    const looked: string[] = [];
    world.uploads.find = async ({ uploadId }) => {
      looked.push(uploadId);
      return undefined;
    };

    const turns = (given: readonly string[]) =>
      given.flatMap((id) => [
        { role: 'user', content: [{ text: 'What is this?' }, image(id)] },
        { role: 'assistant', content: 'An image.' },
      ]);
    const question = { role: 'user', content: 'Which is the best?' };

    const result = await post({ messages: [...turns(ids), question] });

    expect(result.statusCode).toBe(422);
    const detail = 'got 101 uploads, allowed are at most 100';
    expect(bodyOf(result).errors).toEqual([{ field: 'messages', detail }]);
    expect(looked).toEqual([]);
    await post({ messages: [...turns(ids.slice(1)), question] });
    expect(looked).toHaveLength(100);
  });

  test('leaves only copies that no row names if the process dies before the row', async () => {
    const uploadId = await upload();
    world.jobs.create = async () => {
      throw new Error('killed');
    };

    expect((await post(withBlocks(image(uploadId)))).statusCode).toBe(503);
    // The bucket's lifecycle deletes them, as it does with the prompt.
    expect([world.results.files.size, world.results.prompts.size, world.jobs.rows.size]).toEqual([
      1, 1, 0,
    ]);
  });
});
