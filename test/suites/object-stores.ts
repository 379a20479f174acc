import { beforeAll, describe, expect, test } from '@jest/globals';
import { userMessage } from '../../lambda/contract/conversation.ts';
import type { ResultStore } from '../../lambda/core/jobs/result-store.ts';
import type { FileTerms, UploadForm, UploadStore } from '../../lambda/core/jobs/upload-store.ts';
import { anAnswer } from '../support/job-builders.ts';

export interface ObjectStores {
  readonly results: ResultStore;
  readonly uploads: UploadStore;
  /** Uploads a file with a form. */
  upload(form: UploadForm, file: FileTerms, content: Buffer): Promise<void>;
}

const OWNER = 'a'.repeat(32);
const GIF = { contentType: 'image/gif', bytes: 16 };
const CONTENT = Buffer.from('GIF89a, an image');
const anId = (n: number) => n.toString(16).padStart(32, '0');
const jobNamed = (jobId: string) => ({ jobId, bodyHash: 'hash', requestToken: 'request' });

/** The behaviour of the stores of uploads, prompts, files and results. */
export function objectStoresSuite(name: string, open: () => ObjectStores): void {
  describe(name, () => {
    let stores: ObjectStores;
    beforeAll(() => {
      stores = open();
    });

    async function upload(uploadId: string, content = CONTENT, owner = OWNER) {
      const now = Date.now();
      const form = await stores.uploads.createForm({ owner, uploadId }, GIF, now, now + 60_000);
      await stores.upload(form, GIF, content);
      return { owner, uploadId };
    }

    test('finds an uploaded file, its type, size and first bytes', async () => {
      const name = await upload(anId(1));

      const found = await stores.uploads.find(name);

      expect(found).toMatchObject({ ...GIF, start: CONTENT.toString('hex') });
      expect(Math.abs(Number(found?.uploadedAtMs) - Date.now())).toBeLessThan(60_000);
    });

    test('does not find a file that was not uploaded, or belongs to another owner', async () => {
      await upload(anId(2));

      expect(await stores.uploads.find({ owner: OWNER, uploadId: anId(3) })).toBeUndefined();
      expect(
        await stores.uploads.find({ owner: 'b'.repeat(32), uploadId: anId(2) }),
      ).toBeUndefined();
    });

    test('copies a file for a job, which a later upload does not change', async () => {
      const name = await upload(anId(4));
      const file = { ...jobNamed(anId(40)), uploadId: anId(4) };
      const tag = (await stores.uploads.find(name))?.tag ?? '';

      expect(await stores.uploads.copy(name, tag, file)).toBe(true);
      await upload(anId(4), Buffer.from('GIF89a, another.'));

      expect(await stores.results.getFile(file)).toBe(CONTENT.toString('base64'));
      expect(await stores.results.getFile({ ...file, requestToken: 'other' })).toBeUndefined();
    });

    test('copies no file that has changed or is missing', async () => {
      const name = await upload(anId(5));
      const file = { ...jobNamed(anId(50)), uploadId: anId(5) };
      const tag = (await stores.uploads.find(name))?.tag ?? '';
      await upload(anId(5), Buffer.from('GIF89a, another.'));

      expect(await stores.uploads.copy(name, tag, file)).toBe(false);
      expect(await stores.uploads.copy({ ...name, uploadId: anId(6) }, tag, file)).toBe(false);
      expect(await stores.results.getFile(file)).toBeUndefined();
    });

    test('tells the size of a stored prompt in bytes', async () => {
      const prompt = { messages: [userMessage('€')] };

      expect(await stores.results.putPrompt(jobNamed(anId(60)), prompt)).toBe(
        Buffer.byteLength(JSON.stringify(prompt)),
      );
    });

    test('purges all objects of a job, and no others', async () => {
      const { results, uploads } = stores;
      const [job, other] = [jobNamed(anId(70)), jobNamed(anId(71))];
      const name = await upload(anId(7));
      const tag = (await uploads.find(name))?.tag ?? '';
      for (const each of [job, other]) {
        await results.putPrompt(each, { messages: [] });
        await uploads.copy(name, tag, { ...each, uploadId: anId(7) });
        for (const claimToken of ['claim', 'lost']) {
          await results.putAnswer({ ...each, claimToken }, anAnswer());
          await results.putErrorDetail({ ...each, claimToken }, 'because');
        }
      }

      await results.purge(job.jobId);
      await results.purge(job.jobId);

      const left = async (each: typeof job) => [
        await results.getPrompt(each),
        await results.getFile({ ...each, uploadId: anId(7) }),
        await results.getAnswer({ ...each, claimToken: 'claim' }),
        await results.getErrorDetail({ ...each, claimToken: 'lost' }),
      ];
      expect(await left(job)).toEqual([undefined, undefined, undefined, undefined]);
      expect(await left(other)).toEqual([
        { messages: [] },
        CONTENT.toString('base64'),
        anAnswer(),
        'because',
      ]);
      expect(await uploads.find(name)).toBeDefined();
    });
  });
}
