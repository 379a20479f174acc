import { expect, test } from '@jest/globals';
import { drawPace, type Latency, type Pace } from '../../../local/bedrock/latency.ts';
import { randomOfCall, seededRandom } from '../../../local/bedrock/seeded-random.ts';

function sample(latency: Latency, figure: (pace: Pace) => number): readonly number[] {
  const random = seededRandom(42);
  return Array.from({ length: 10_000 }, () => figure(drawPace(latency, 'm', 0, random))).sort(
    (a, b) => a - b,
  );
}

test('first tokens and speeds have the median and the spread of the profile', () => {
  const latency = { firstTokenMs: 100, sigma: 0.5, tokensPerSecond: 50, speedSigma: 0.2 };

  const firstTokens = sample(latency, ({ firstTokenMs }) => firstTokenMs);
  const speeds = sample(latency, ({ msPerToken }) => 1000 / msPerToken);

  expect(firstTokens[5000]).toBeGreaterThan(98);
  expect(firstTokens[5000]).toBeLessThan(102);
  // The 99th percentile of a lognormal is median × e^(2.326 sigma): 320 ms and 79.6 tokens/s.
  expect(firstTokens[9900]).toBeGreaterThan(300);
  expect(firstTokens[9900]).toBeLessThan(340);
  expect(speeds[5000]).toBeGreaterThan(49.5);
  expect(speeds[5000]).toBeLessThan(50.5);
  expect(speeds[9900]).toBeGreaterThan(77);
  expect(speeds[9900]).toBeLessThan(82);
});

test('a long input delays the first token, and a model can have its own profile', () => {
  const latency = {
    firstTokenMs: 100,
    msPerThousandInputTokens: 50,
    tokensPerSecond: 20,
    models: { '*haiku*': { firstTokenMs: 10 } },
  };

  expect(drawPace(latency, 'claude-sonnet', 2000, seededRandom(1))).toEqual({
    firstTokenMs: 200,
    msPerToken: 50,
  });
  expect(drawPace(latency, 'claude-haiku', 0, seededRandom(1))).toEqual({
    firstTokenMs: 10,
    msPerToken: 50,
  });
});

test('without a latency, the whole answer comes at once', () => {
  expect(drawPace({}, 'm', 100_000, seededRandom(1))).toEqual({ firstTokenMs: 1, msPerToken: 0 });
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
