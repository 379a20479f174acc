import { describe, expect, test } from '@jest/globals';
import { untilNextReadMs } from '../../lambda/core/settings-refresh.ts';
import { seededRandom } from '../../local/bedrock/seeded-random.ts';

/** The reads that SSM answers each second, for a whole account and region. */
const SSM_RATE = 40;
const SANDBOXES = 1200;
const REFRESH_SECONDS = 300;

/** Counts the reads of each second while SSM answers only the first 40 of a second. */
function readsOf(seconds: number) {
  const random = seededRandom(1);
  const next = Array.from({ length: SANDBOXES }, () => 0);
  const isRead = Array.from({ length: SANDBOXES }, () => false);
  const reads: number[] = [];
  let allReadAt = Number.POSITIVE_INFINITY;
  for (let second = 0; second < seconds; second++) {
    let asked = 0;
    for (const [i, at] of next.entries()) {
      if (at >= (second + 1) * 1000) continue;
      const answered = ++asked <= SSM_RATE;
      isRead[i] ||= answered;
      next[i] = second * 1000 + untilNextReadMs(REFRESH_SECONDS, !answered, random);
    }
    reads.push(asked);
    if (isRead.every(Boolean)) allReadAt = Math.min(allReadAt, second);
  }
  return { reads, allReadAt };
}

describe('the reads of 1,200 sandboxes that start at once', () => {
  const { reads, allReadAt } = readsOf(3600);

  test('exceed the rate of SSM only at the start', () => {
    expect(reads[0]).toBe(SANDBOXES);
    expect(Math.max(...reads.slice(1))).toBeLessThan(SSM_RATE * 0.6);
  });

  test('all succeed within refreshSeconds', () => {
    expect(allReadAt).toBeLessThan(REFRESH_SECONDS / 2 + 1);
  });

  test('take an eighth of the rate after that', () => {
    const later = reads.slice(1800);
    const mean = later.reduce((sum, each) => sum + each, 0) / later.length;

    expect(mean).toBeCloseTo(SANDBOXES / (REFRESH_SECONDS * 0.75), 0);
    expect(mean).toBeLessThan(SSM_RATE / 7);
  });
});
