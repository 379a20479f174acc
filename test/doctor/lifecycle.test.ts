import { describe, expect, test } from '@jest/globals';
import { checkLifecycle } from '../../doctor/lifecycle.ts';
import type { CatalogueEntry } from '../../lambda/core/router/model-catalogue.ts';

const TARGET = { region: 'us-east-1', modelId: 'anthropic.claude-sonnet-4-6' };
const NOW_MS = Date.parse('2026-11-24T00:00:00Z');
const ACTIVE = { outcome: 'found', status: 'ACTIVE', isProfileActive: true } as const;

describe('the check of the lifecycle', () => {
  test.each<[string, CatalogueEntry, string, string]>([
    ['an active model', ACTIVE, 'good', 'active'],
    ['an unknown model', { outcome: 'not-found' }, 'bad', 'not-found'],
    ['a reader without a grant', { outcome: 'no-access' }, 'warning', 'no-access'],
    ['an inactive profile', { ...ACTIVE, isProfileActive: false }, 'bad', 'inactive'],
    ['a legacy model', { ...ACTIVE, status: 'LEGACY' }, 'warning', 'legacy'],
    ['a near end', ending('2026-12-24'), 'warning', 'ends-soon 2026-12-24'],
    ['a past end', ending('2026-11-23'), 'bad', 'ended 2026-11-23'],
  ])('judges %s', async (_, entry, level, found) => {
    const finding = await checkLifecycle({ read: async () => entry }, TARGET, NOW_MS);
    expect(finding).toMatchObject({ check: 'lifecycle', level, found });
  });

  test('warns when the catalogue does not answer', async () => {
    const catalogue = { read: () => Promise.reject(new Error('down')) };
    expect((await checkLifecycle(catalogue, TARGET, NOW_MS)).level).toBe('warning');
  });
});

function ending(day: string): CatalogueEntry {
  return { ...ACTIVE, endOfLifeMs: Date.parse(day) };
}
