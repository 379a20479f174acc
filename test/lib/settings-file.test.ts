import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../lib/settings-file.ts';
import { defaultTiers } from '../support/settings.ts';

const TIERS = [
  {
    name: 'only',
    targets: [{ region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' }],
    maxTokens: 9,
  },
];

async function aFile(name: string, text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'holdfast-settings-')), name);
  await writeFile(path, text);
  return path;
}

describe('readSettings', () => {
  test.each([
    ['settings.json', JSON.stringify({ tiers: TIERS })],
    ['settings.ts', `const tiers: unknown = ${JSON.stringify(TIERS)};\nexport default { tiers };`],
    ['settings.mjs', `export default { tiers: ${JSON.stringify(TIERS)} };`],
  ])('reads %s and fills in the defaults', async (name, text) => {
    const settings = await readSettings(await aFile(name, text));

    expect(settings.chains).toEqual({ default: { tiers: TIERS } });
    expect(settings.jobs.maxAttempts).toBe(5);
  });

  test.each([
    ['settings.json', '{ "tiers": [', /settings\.json is not usable:\n {2}.*JSON/],
    ['settings.json', '{ "tiers": [] }', /settings\.json is not usable:\n {2}tiers: got \[\]/],
    ['settings.mjs', 'export const tiers = [];', /settings: got nothing/],
    ['settings.mjs', "throw new Error('no such key');", /no such key/],
  ])('names the file %s if it holds %j', async (name, text, message) => {
    await expect(readSettings(await aFile(name, text))).rejects.toThrow(message);
  });

  test('names a missing file', async () => {
    await expect(readSettings('nowhere.config.ts')).rejects.toThrow(
      'nowhere.config.ts is not usable:\n  no such file',
    );
  });

  test('reads the settings that the project ships', async () => {
    const settings = await readSettings('holdfast.config.ts');

    expect(defaultTiers(settings).map(({ name }) => name)).toEqual([
      'primary',
      'secondary',
      'last-resort',
    ]);
  });
});
