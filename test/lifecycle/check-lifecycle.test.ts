import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { targetKey } from '../../lambda/contract/policy.ts';
import type { LifecycleRecord } from '../../lambda/core/router/lifecycle.ts';
import type { CatalogueEntry } from '../../lambda/core/router/model-catalogue.ts';
import { checkLifecycle } from '../../lambda/lifecycle/check-lifecycle.ts';
import { aWorld } from '../support/job-world.ts';

const FINE: CatalogueEntry = { outcome: 'found', status: 'ACTIVE', isProfileActive: true };
const PRIMARY = 'us-east-1/anthropic.primary';
const SECONDARY = 'us-east-1/anthropic.secondary';

/** Checks three targets. Each is fine unless `entries` holds another entry or an error for it. */
async function check(
  entries: Readonly<Record<string, CatalogueEntry | Error>>,
  before?: LifecycleRecord,
) {
  const world = aWorld();
  let stored = before;
  const store = {
    load: async () => stored,
    save: async (record: LifecycleRecord) => {
      stored = record;
    },
  };
  const read = async (target: { region: string; modelId: string }) => {
    const entry = entries[targetKey(target)] ?? FINE;
    if (entry instanceof Error) throw entry;
    return entry;
  };
  await checkLifecycle({ ...world, store, catalogue: { read } }, world.settings);
  return { ...world, stored };
}

describe('the lifecycle check', () => {
  test('stores every target and counts no finding if the chain is fine', async () => {
    const { stored, counts, logged, clock } = await check({});

    expect(stored?.checkedAtMs).toBe(clock.now());
    expect(Object.keys(stored?.targets ?? {})).toHaveLength(3);
    expect(counts).toEqual({ [METRIC.lifecycleFindings]: 0 });
    expect(logged).toEqual([]);
  });

  test('logs each finding with the days left', async () => {
    const endOfLifeMs = aWorld().clock.now() + 10 * 86_400_000;
    const { counts, logged, stored } = await check({
      [PRIMARY]: { ...FINE, status: 'LEGACY', endOfLifeMs },
      [SECONDARY]: { outcome: 'no-access' },
    });

    const endOfLife = new Date(endOfLifeMs).toISOString();
    expect(logged.map(({ fields }) => fields)).toEqual([
      { target: PRIMARY, finding: 'legacy', daysLeft: 10, endOfLife },
      { target: PRIMARY, finding: 'ends-soon', daysLeft: 10, endOfLife },
      { target: SECONDARY, finding: 'no-access' },
    ]);
    expect(counts).toEqual({
      [METRIC.lifecycleFindings]: 3,
      [`${METRIC.daysToEndOfLife} ${PRIMARY}`]: 10,
    });
    expect(stored?.targets[SECONDARY]).toEqual({ findings: ['no-access'] });
  });

  test('keeps the last known lifecycle of an unreadable target, counts it and continues', async () => {
    const known = { findings: ['legacy' as const] };
    const { counts, logged, stored } = await check(
      { [PRIMARY]: new TypeError('prompt text'), [SECONDARY]: { outcome: 'not-found' } },
      { checkedAtMs: 1, targets: { [PRIMARY]: known } },
    );

    expect(stored?.targets).toMatchObject({
      [PRIMARY]: known,
      [SECONDARY]: { findings: ['not-found'] },
    });
    expect(counts[METRIC.lifecycleFindings]).toBe(2);
    expect(logged[0]).toEqual({
      message: 'model lifecycle not read',
      fields: { target: PRIMARY, error: 'TypeError' },
    });
  });

  test('forgets targets that have left the chain', async () => {
    const { stored } = await check({}, { checkedAtMs: 1, targets: { gone: { findings: [] } } });

    expect(stored?.targets).not.toHaveProperty('gone');
  });
});
