import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../../lambda/contract/conversation.ts';
import { encodeMessage } from '../../../lambda/contract/schemas/message.ts';
import { nextAttemptAt, type RunWithoutAnswer } from '../../../lambda/core/jobs/retry-time.ts';
import type { RunResult } from '../../../lambda/core/router/run-result.ts';
import { work } from '../../../lambda/worker/work.ts';
import { seededRandom } from '../../../local/bedrock/seeded-random.ts';
import { aJob, anAnswer, anAttempt, START } from '../../support/job-builders.ts';
import { aWorld, type World } from '../../support/job-world.ts';
import { someSettings } from '../../support/settings.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

describe('a backlog of 10,000', () => {
  test.each<[string, number, number]>([
    ['when all circuits give the same time', 60, 30],
    ['with a cooldown of 15 minutes', 900, 450],
  ])('is spread evenly over time, %s', (_, cooldownSeconds, spreadSeconds) => {
    const settings = someSettings({ breaker: { cooldownSeconds } });
    const random = seededRandom(7);
    const run: RunWithoutAnswer = {
      job: aJob(),
      unserved: [{ outcome: 'skipped', untilMs: START + 30 * SECOND }],
      endedAt: START,
    };

    const perSecond = countBy(
      Array.from({ length: 10_000 }, () =>
        Math.floor(nextAttemptAt(run, settings, random) / SECOND),
      ),
    );

    // With uniform draws, the count of each second is within five standard deviations of its share.
    const share = 10_000 / spreadSeconds;
    expect(perSecond.size).toBeGreaterThanOrEqual(spreadSeconds);
    expect(Math.max(...perSecond.values())).toBeLessThan(share + 5 * Math.sqrt(share));
  });

  test('waits through a four-hour outage without using claims, and drains evenly', async () => {
    const outageEndsMs = START + 4 * HOUR;
    const world = anOutage(outageEndsMs, 10_000);

    const { longestDelayMs, mostReceives } = await playUntilEmpty(world);

    const rows = [...world.jobs.rows.values()];
    expect(rows.filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(10_000);
    expect(new Set(rows.map(({ claims }) => claims))).toEqual(new Set([1]));
    expect(longestDelayMs).toBeLessThanOrEqual(900 * SECOND);
    // Each generation has a message of its own, so SQS never counts a second receive.
    expect(mostReceives).toBe(1);
    expect(world.queue.dead).toEqual([]);
    const ends = countBy(rows.map(({ completedAt = 0 }) => Math.floor(completedAt / SECOND)));
    expect(Math.max(...ends.values())).toBeLessThan(10_000 / 20);
  }, 60_000);
});

/** Creates a world whose circuits are all open until the outage ends. */
function anOutage(endsMs: number, count: number): World {
  const random = seededRandom(11);
  const attempts = [anAttempt({ outcome: 'skipped', reason: 'open' })];
  const run = (_: unknown, { clock }: World): RunResult =>
    clock.nowMs < endsMs
      ? { outcome: 'deferred', unserved: [{ outcome: 'skipped', untilMs: endsMs }], attempts }
      : { outcome: 'answered', answer: anAnswer(), attempts: [] };
  const world = aWorld({ run, random });
  const template = aJob();
  for (let i = 0; i < count; i++) {
    const jobId = i.toString(16).padStart(32, '0');
    const job = { ...template, jobId };
    world.jobs.rows.set(jobId, job);
    void world.results.putPrompt(job, { messages: [userMessage('hello')] });
    void world.queue.send(job, 0);
  }
  return world;
}

/** Delivers each message at the virtual time when it becomes visible, until none is left. */
async function playUntilEmpty(world: World) {
  const receives = new Map<string, number>();
  const inFlight: { readonly body: string; readonly atMs: number }[] = [];
  let [longestDelayMs, mostReceives] = [0, 0];
  const takeSent = () => {
    for (const { message, delayMs } of world.queue.sent.splice(0)) {
      longestDelayMs = Math.max(longestDelayMs, delayMs);
      inFlight.push({ body: encodeMessage(message), atMs: world.clock.nowMs + delayMs });
    }
  };
  for (takeSent(); inFlight.length > 0; ) {
    const round = inFlight.splice(0).sort((a, b) => a.atMs - b.atMs);
    for (const { body, atMs } of round) {
      world.clock.nowMs = atMs;
      const count = (receives.get(body) ?? 0) + 1;
      receives.set(body, count);
      mostReceives = Math.max(mostReceives, count);
      await work(world, { ...world.invocation, endsAtMs: atMs + 150_000 }, body);
      takeSent();
    }
  }
  return { longestDelayMs, mostReceives };
}

function countBy(values: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
