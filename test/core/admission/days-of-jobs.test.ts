import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseSettings } from '../../../lambda/contract/schemas/settings.ts';
import { hourOf } from '../../../lambda/core/admission/hourly-tokens.ts';
import { Quotas } from '../../../lambda/core/admission/quotas.ts';
import { MemoryBucketStore } from '../../../lambda/stores/memory-bucket-store.ts';
import { SILENT } from '../../support/silent-telemetry.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const EAST = 'us-east-1';
const TARGET = { region: EAST, modelId: 'us.anthropic.claude-sonnet-4-6' };
const QUOTA = 20_000_000;
const WORKERS = 3;
const STEP_MS = 300_000;
/** 15,000 tokens of the quota. */
const USAGE = { inputTokens: 2_500, outputTokens: 2_500 };
const TOKENS = 15_000;

/**
 * Two days with more batch jobs than the quota has room for. From 8 to 18 h the other jobs use two
 * thirds of the quota, and few at night.
 */
async function twoDays() {
  const clock = new VirtualClock(Date.parse('2026-11-26T00:00:00Z'));
  const store = new MemoryBucketStore(() => clock.nowMs);
  const settings = parseSettings(
    {
      tiers: [{ name: 'primary', targets: [TARGET], maxTokens: 4096 }],
      quotas: { tokensPerDay: { [EAST]: QUOTA }, expectedOutputTokens: 2_500 },
    },
    'test settings',
  );
  const workers = Array.from({ length: WORKERS }, () => {
    const newPrivateStore = () => new MemoryBucketStore(() => clock.nowMs);
    return new Quotas({ store, newPrivateStore, settings: () => settings, clock, log: SILENT });
  });
  const calls = { batch: new Map<string, number>(), others: new Map<string, number>() };
  const call = async (worker: number, isBatch: boolean) => {
    const admission = await workers[worker % WORKERS]?.admit({
      target: TARGET,
      chain: 'default',
      inputTokens: 2_500,
      maxTokens: 4_096,
      patienceMs: 0,
      isBatch,
    });
    if (!admission?.admitted) return false;
    await admission.hold.settle(USAGE);
    const counts = isBatch ? calls.batch : calls.others;
    const hour = hourOf(clock.nowMs);
    counts.set(hour, (counts.get(hour) ?? 0) + TOKENS);
    return true;
  };
  let refused = 0;
  for (let step = 0; step < 2 * 24 * 12; step++) {
    const hour = Math.floor(step / 12) % 24;
    const others = hour >= 8 && hour < 18 ? 7 : Number(step % 10 === 0);
    for (let i = 0; i < others; i++) if (!(await call(i, false))) refused++;
    while (await call(step, true));
    clock.nowMs += STEP_MS;
  }
  return { ...calls, refused };
}

/** Returns the tokens of one day of November. */
function sum(counts: ReadonlyMap<string, number>, day: string): number {
  const hours = [...counts].filter(([hour]) => hour.startsWith(`2026-11-${day}T`));
  return hours.reduce((total, [, tokens]) => total + tokens, 0);
}

describe('two days with more batch jobs than fit', () => {
  let days: Awaited<ReturnType<typeof twoDays>>;
  beforeAll(async () => {
    days = await twoDays();
  });
  const used = (day: string) => ({
    batch: sum(days.batch, day),
    others: sum(days.others, day),
  });

  test('leave all other jobs their calls, and exceed the quota by less than 1 %', () => {
    expect(days.refused).toBe(0);
    for (const day of ['26', '27']) {
      const { batch, others } = used(day);
      expect((batch + others) / QUOTA).toBeLessThan(1.01);
    }
  });

  test('leave less than 5 % of the quota unused', () => {
    for (const day of ['26', '27']) {
      const { batch, others } = used(day);
      expect((batch + others) / QUOTA).toBeGreaterThan(0.95);
    }
  });

  test('spread the batch jobs over the second day evenly, as they know the first one', () => {
    const hours = [...days.batch].filter(([hour]) => hour > '2026-11-27T00');
    const tokens = hours.map(([, each]) => each);

    expect(hours).toHaveLength(23);
    expect(Math.min(...tokens)).toBeGreaterThan(0.8 * Math.max(...tokens));
  });
});
