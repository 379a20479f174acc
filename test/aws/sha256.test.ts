import { createHash, createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Sha256 } from '../../lambda/aws/sha256.ts';

const bytes = () => fc.uint8Array({ maxLength: 200 });
const chunks = fc.array(bytes(), { maxLength: 4 });

async function digestOf(hash: Sha256, data: readonly Uint8Array[]): Promise<string> {
  for (const chunk of data) hash.update(chunk);
  return Buffer.from(await hash.digest()).toString('hex');
}

test('without a secret, the digest is the SHA-256 of the data', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, async (data) => {
      const expected = createHash('sha256').update(Buffer.concat(data)).digest('hex');
      expect(await digestOf(new Sha256(), data)).toBe(expected);
    }),
  );
});

test('with a secret in any form, the digest is the HMAC of the data', async () => {
  await fc.assert(
    fc.asyncProperty(bytes(), chunks, async (secret, data) => {
      const expected = createHmac('sha256', secret).update(Buffer.concat(data)).digest('hex');
      const within = new Uint8Array([...secret, 1]).subarray(0, secret.length);
      for (const form of [secret, within, secret.slice().buffer]) {
        expect(await digestOf(new Sha256(form), data)).toBe(expected);
      }
    }),
  );
});

test('a secret may be a string, as an access key is', async () => {
  const expected = createHmac('sha256', 'AWS4söcret').update('20260101').digest('hex');

  expect(await digestOf(new Sha256('AWS4söcret'), [Buffer.from('20260101')])).toBe(expected);
});

test('a reset starts again with the same secret', async () => {
  const hash = new Sha256('secret');
  const first = await digestOf(hash, [Buffer.from('once')]);

  hash.reset();

  expect(await digestOf(hash, [Buffer.from('once')])).toBe(first);
});
