import { describe, expect, test } from '@jest/globals';
import { checkLifecycle } from '../../doctor/lifecycle.ts';
import type { CatalogueEntry } from '../../lambda/core/router/model-catalogue.ts';

const TARGET = { region: 'us-east-1', modelId: 'anthropic.claude-sonnet-4-6' };
const NOW_MS = Date.parse('2026-11-24T00:00:00Z');
const ACTIVE = { outcome: 'found', status: 'ACTIVE', isProfileActive: true } as const;

describe('the check of the lifecycle', () => {
  test.each<[string, CatalogueEntry, string, string]>([
    ['an active model', ACTIVE, 'good', 'active'],
    [
      'an unknown model',
      { outcome: 'not-found' },
      'bad',
      'the region does not have this model or profile',
    ],
    [
      'a caller without the permission',
      { outcome: 'no-access' },
      'warning',
      'access to the model catalogue is denied',
    ],
    [
      'an inactive profile',
      { ...ACTIVE, isProfileActive: false },
      'bad',
      'the inference profile is not active',
    ],
    [
      'a legacy model',
      { ...ACTIVE, status: 'LEGACY' },
      'warning',
      'Bedrock lists the model as legacy',
    ],
    [
      'a model that ends soon',
      ending('2026-12-24'),
      'warning',
      'the model will soon reach its end of life (end of life: 2026-12-24)',
    ],
    [
      'a model that has ended',
      ending('2026-11-23'),
      'bad',
      'the model has reached its end of life (end of life: 2026-11-23)',
    ],
  ])('reports %s', async (_, entry, level, found) => {
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
