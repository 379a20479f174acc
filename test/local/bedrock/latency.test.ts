import { expect, test } from '@jest/globals';
import { drawLatencyMs } from '../../../local/bedrock/latency.ts';
import { randomOfCall, seededRandom } from '../../../local/bedrock/seeded-random.ts';

function sample(count: number, sigma: number): number[] {
  const random = seededRandom(42);
  const latency = { medianMs: 100, sigma, msPerOutputToken: 0 };
  return Array.from({ length: count }, () => drawLatencyMs(latency, 'm', 0, random)).sort(
    (a, b) => a - b,
  );
}

test('latencies have the median and the spread of the profile', () => {
  const sorted = sample(10_000, 0.5);

  expect(sorted[5000]).toBeGreaterThan(98);
  expect(sorted[5000]).toBeLessThan(102);
  // The 99th percentile of a lognormal is median × e^(2.326 sigma) = 320.
  expect(sorted[9900]).toBeGreaterThan(300);
  expect(sorted[9900]).toBeLessThan(340);
});

test('a longer answer takes longer, and a model can have its own profile', () => {
  const latency = {
    medianMs: 100,
    sigma: 0,
    msPerOutputToken: 2,
    models: { '*haiku*': { medianMs: 10 } },
  };

  expect(drawLatencyMs(latency, 'claude-sonnet', 50, seededRandom(1))).toBe(200);
  expect(drawLatencyMs(latency, 'claude-haiku', 50, seededRandom(1))).toBe(110);
});

test('the random numbers of a call do not depend on earlier calls', () => {
  const seventh = () => {
    const random = randomOfCall(5, 7);
    return [random(), random()];
  };
  const first = seventh();
  randomOfCall(5, 6)();

  expect(seventh()).toEqual(first);
  expect(randomOfCall(5, 8)()).not.toBe(first[0]);
});
