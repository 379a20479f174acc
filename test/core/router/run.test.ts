import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../../lambda/contract/conversation.ts';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import { TARGET_FAILURE_KINDS } from '../../../lambda/contract/words.ts';
import { earliestRetryAt, nextAttemptAt } from '../../../lambda/core/jobs/retry-time.ts';
import type { RunResult, UnservedTarget } from '../../../lambda/core/router/run-result.ts';
import { answers, fails } from '../../support/fake-model-client.ts';
import {
  aChain,
  aLease,
  aRouter,
  aRun,
  EAST_HAIKU,
  EAST_SONNET,
  targetOf,
  WEST_HAIKU,
  WEST_SONNET,
} from '../../support/router-builders.ts';
import { A, B, C, twoChains } from '../../support/two-chains.ts';

/** A prompt that is estimated at 150,000 tokens. The context window holds 200,000. */
const LONG = { messages: [userMessage('four'.repeat(150_000))] } as const;
const ALL = [EAST_SONNET, WEST_SONNET, EAST_HAIKU, WEST_HAIKU];

describe('a healthy chain', () => {
  test('answers from the first target with one call', async () => {
    const { router, called, circuits } = aRouter();

    const result = await router.run(aRun());

    expect(result).toEqual({
      outcome: 'answered',
      answer: {
        output: { message: { role: 'assistant', content: [{ text: 'an answer' }] } },
        text: 'an answer',
        stopReason: 'end_turn',
        servedBy: EAST_SONNET,
        tier: 'primary',
        degraded: false,
        degradedBy: [],
        truncated: false,
        usage: { inputTokens: 100, outputTokens: 10 },
        costUsd: 0.00045,
      },
      attempts: [
        {
          target: EAST_SONNET,
          tier: 'primary',
          outcome: 'answered',
          at: 1_000_000,
          ms: 700,
          firstTokenMs: 200,
        },
      ],
    });
    expect(called()).toEqual([EAST_SONNET]);
    expect(circuits.settled).toEqual([
      { key: EAST_SONNET, outcome: { kind: 'success', elapsedMs: 700 } },
    ]);
  });

  test('reads no circuits', async () => {
    const { router, circuits } = aRouter();

    await router.run(aRun());

    expect(circuits.summaryReads).toBe(0);
  });

  test('gives each call the limits of the settings', async () => {
    const { router, models } = aRouter();

    await router.run(aRun());

    expect(models.limits).toEqual([
      {
        isStreamed: true,
        firstTokenMs: 30_001,
        stallMs: 20_000,
        answerMs: 600_000,
      },
    ]);
  });

  test('reports each token to the circuit', async () => {
    const { router, circuits } = aRouter();

    await router.run(aRun());

    expect(circuits.tokens).toEqual([EAST_SONNET]);
  });

  test('admits on behalf of the job, which counts once per circuit', async () => {
    const { router, circuits } = aRouter();

    await router.run(aRun({ jobId: 'job-7' }));

    expect(circuits.admissions).toMatchObject([{ key: EAST_SONNET, subject: 'job-7' }]);
  });
});

describe('a target that fails', () => {
  test.each(TARGET_FAILURE_KINDS)(
    'with %s is counted, and the next target is tried',
    async (kind) => {
      const { router, called, circuits } = aRouter({ script: [fails(kind), answers()] });

      const result = await router.run(aRun());

      expect(called()).toEqual([EAST_SONNET, WEST_SONNET]);
      expect(circuits.settled).toMatchObject([
        { key: EAST_SONNET, outcome: { kind: 'failure', failure: kind } },
        { key: WEST_SONNET, outcome: { kind: 'success' } },
      ]);
      expect(result).toMatchObject({
        outcome: 'answered',
        attempts: [
          { target: EAST_SONNET, outcome: kind, reason: `${kind}-error` },
          { target: WEST_SONNET, outcome: 'answered' },
        ],
      });
    },
  );

  test('passes its retry hint to its circuit', async () => {
    const script = [fails('capacity', { retryAfterMs: 394_460 }), answers()];
    const { router, circuits } = aRouter({ script });

    await router.run(aRun());

    expect(circuits.settled[0]?.outcome).toMatchObject({ retryAfterMs: 394_460 });
  });

  test.each([
    ['fault', true],
    ['unusable', true],
    ['config', true],
    ['quota-minute', false],
    ['capacity', false],
    ['network', false],
    ['job', false],
  ] as const)('with %s: its window is read = %s', async (kind, isRead) => {
    const script = kind === 'unusable' ? answers('') : fails(kind);
    const { router, circuits } = aRouter({ script: [script, answers()] });
    const read: string[] = [];
    circuits.lastServedAtMs = async (key) => {
      read.push(key);
      return undefined;
    };

    await router.run(aRun());

    expect(read).toEqual(isRead ? [EAST_SONNET] : []);
  });

  test('tells the job when it failed, and the wait that it asked for', async () => {
    const { router, clock } = aRouter({ script: fails('capacity', { retryAfterMs: 900 }) });

    const result = await router.run(aRun({ minTier: 'primary' }));

    const failed = { outcome: 'failed', atMs: clock.nowMs, retryAfterMs: 900 };
    expect(unservedIn(result)).toEqual([failed, failed]);
  });

  test('without a first token has no time of it', async () => {
    const { router } = aRouter({ script: [fails('fault'), answers()] });

    const { attempts } = await router.run(aRun());

    expect(attempts[0]).not.toHaveProperty('firstTokenMs');
    expect(attempts[1]).toMatchObject({ firstTokenMs: 200 });
  });

  test('is called only once in a run', async () => {
    const { router, called } = aRouter({ script: fails('fault') });

    const result = await router.run(aRun());

    expect(called()).toEqual(ALL);
    expect(result.outcome).toBe('deferred');
  });

  test('with a configuration error is a failure to its circuit, and the next target is tried', async () => {
    const { router, circuits } = aRouter({ script: [fails('config'), answers()] });

    const result = await router.run(aRun());

    expect(circuits.settled[0]?.outcome).toMatchObject({ kind: 'failure', failure: 'config' });
    expect(result).toMatchObject({ outcome: 'answered', answer: { servedBy: WEST_SONNET } });
  });
});

describe('a request at fault', () => {
  test('is tried at the next target if only its length is at fault', async () => {
    const script = [fails('job', { tooLong: true }), answers()];
    const { router } = aRouter({ script });

    const result = await router.run(aRun());

    expect(result).toMatchObject({
      outcome: 'answered',
      attempts: [{ outcome: 'job', reason: 'too-long' }, { outcome: 'answered' }],
    });
  });

  test('is skipped after a token count if the estimate is close to the window', async () => {
    const { router, models, called, circuits, counts } = aRouter();
    models.tokens = 199_900;

    const result = await router.run(aRun({ conversation: LONG }));

    expect(result).toMatchObject({
      outcome: 'refused',
      error: { type: 'urn:holdfast:problem:prompt-too-long' },
      attempts: ALL.map((target) => ({ target, outcome: 'skipped', reason: 'too-long' })),
    });
    expect(called()).toEqual([]);
    expect(models.counted.map(({ target }) => target)).toEqual(
      [EAST_SONNET, EAST_HAIKU].map((key) => expect.objectContaining(targetOf(key))),
    );
    expect(circuits.settled.map(({ outcome }) => outcome.kind)).toEqual(Array(4).fill('ignored'));
    // The metric has the skips of targets that could serve the job.
    expect(counts).toEqual({});
  });

  test('is sent if its count fits, although the estimate exceeds the window', async () => {
    const { router, models, called } = aRouter();
    models.tokens = 190_000;
    const longer = { messages: [userMessage('four'.repeat(210_000))] } as const;

    expect(await router.run(aRun({ conversation: longer }))).toMatchObject({ outcome: 'answered' });
    expect(called()).toEqual([EAST_SONNET]);
    expect(models.calls[0]?.conversation.inferenceConfig.maxTokens).toBe(4096);
  });

  test('asks no circuit and no count if it is certainly too long', async () => {
    const { router, models, circuits } = aRouter();
    const hopeless = { messages: [userMessage('four'.repeat(410_000))] } as const;

    const result = await router.run(aRun({ conversation: hopeless }));

    expect(result).toMatchObject({
      outcome: 'refused',
      error: { type: 'urn:holdfast:problem:prompt-too-long' },
    });
    expect(circuits.admissions).toEqual([]);
    expect(models.counted).toEqual([]);
  });

  test('is refused if it is too long for every model', async () => {
    const { router } = aRouter({ script: fails('job', { tooLong: true }) });

    const result = await router.run(aRun());

    expect(result).toMatchObject({
      outcome: 'refused',
      error: { type: 'urn:holdfast:problem:prompt-too-long' },
    });
  });

  test('waits if a model with a wide enough window is unavailable', async () => {
    const { router, circuits } = aRouter({ script: fails('job', { tooLong: true }) });
    circuits.reject(WEST_HAIKU);

    const result = await router.run(aRun());

    expect(result.outcome).toBe('deferred');
  });
});

describe('a circuit that rejects', () => {
  test('is skipped without a call, which is counted', async () => {
    const { router, circuits, called, counts } = aRouter();
    circuits.reject(EAST_SONNET);

    const result = await router.run(aRun());

    expect(called()).toEqual([WEST_SONNET]);
    expect(result.attempts[0]).toEqual({
      target: EAST_SONNET,
      tier: 'primary',
      outcome: 'skipped',
      reason: 'open',
      at: 1_000_000,
      ms: 0,
    });
    expect(counts).toMatchObject({
      [`${METRIC.skippedCalls} ${EAST_SONNET}`]: 1,
      [`${METRIC.modelCalls} ${WEST_SONNET}`]: 1,
    });
    expect(counts).not.toHaveProperty([`${METRIC.skippedCalls} ${WEST_SONNET}`]);
  });

  test('for the whole first tier makes the next tier answer, and the answer is degraded', async () => {
    const { router, circuits, models } = aRouter();
    circuits.reject(EAST_SONNET);
    circuits.reject(WEST_SONNET);

    const result = await router.run(aRun());

    expect(result).toMatchObject({
      outcome: 'answered',
      answer: { servedBy: EAST_HAIKU, degraded: true, degradedBy: ['tier', 'simplify'] },
    });
    expect(models.calls[0]?.conversation).toMatchObject({
      system: [{ text: 'Be brief.' }],
      inferenceConfig: { maxTokens: 1024 },
    });
  });

  test('makes the job wait for the first circuit that admits calls again', async () => {
    const { router, circuits, clock, called } = aRouter();
    for (const [i, key] of ALL.entries()) circuits.reject(key, 'open', 60_000 - i * 10_000);

    const result = await router.run(aRun());

    expect(result.outcome).toBe('deferred');
    expect(waitMs(result, clock.nowMs)).toBe(30_000);
    expect(called()).toEqual([]);
  });
});

describe('the list of targets for a job', () => {
  test('ends with the job’s minTier', async () => {
    const { router, called } = aRouter({ script: fails('fault') });

    await router.run(aRun({ minTier: 'primary' }));

    expect(called()).toEqual([EAST_SONNET, WEST_SONNET]);
  });

  test('contains only the first tier if the job’s minTier is no longer in the chain', async () => {
    const { router, called } = aRouter({ script: fails('fault') });

    await router.run(aRun({ minTier: 'gone' }));

    expect(called()).toEqual([EAST_SONNET, WEST_SONNET]);
  });

  test('is that of the job’s chain, and a circuit that one chain opened holds for another', async () => {
    const { router, circuits, called } = aRouter({ settings: twoChains(), script: fails('fault') });
    circuits.reject(B, 'open', 30_000);

    await router.run(aRun({ chain: 'fast' }));
    await router.run(aRun({ chain: 'strong' }));

    expect(called()).toEqual([A, C]);
  });

  test('is gone with the job’s chain: the run ends at once and names the chain', async () => {
    const { router, called } = aRouter({ settings: twoChains() });

    expect(await router.run(aRun({ chain: 'former', whenOpen: 'queue' }))).toEqual({
      outcome: 'refused',
      error: {
        type: 'urn:holdfast:problem:chain-gone',
        title: 'The settings no longer have the chain former',
      },
      attempts: [],
    });
    expect(called()).toEqual([]);
  });

  test('is limited to the job’s regions', async () => {
    const { router, called } = aRouter({ script: fails('fault') });

    await router.run(aRun({ regions: ['us-west-2'] }));

    expect(called()).toEqual([WEST_SONNET, WEST_HAIKU]);
  });

  test('is empty if the job’s region is no longer in the chain: the job waits', async () => {
    const { router, called } = aRouter();

    const result = await router.run(aRun({ regions: ['eu-west-1'] }));

    expect(result).toMatchObject({ outcome: 'deferred', attempts: [] });
    expect(called()).toEqual([]);
  });

  test('contains only the first tier if whenOpen is queue', async () => {
    const { router, circuits, called } = aRouter();
    circuits.reject(EAST_SONNET);
    circuits.reject(WEST_SONNET);

    const result = await router.run(aRun({ whenOpen: 'queue' }));

    expect(result.outcome).toBe('deferred');
    expect(called()).toEqual([]);
  });

  test('includes all tiers with whenOpen fail, and the run ends as unavailable if none serves', async () => {
    const { router, circuits, called, clock } = aRouter({ script: fails('capacity') });
    circuits.reject(EAST_SONNET, 'open', 3_000);

    const result = await router.run(aRun({ whenOpen: 'fail' }));

    expect(called()).toEqual([WEST_SONNET, EAST_HAIKU, WEST_HAIKU]);
    expect(result.outcome).toBe('unavailable');
    expect(waitMs(result, clock.nowMs)).toBe(3_000);
  });
});

describe('time', () => {
  test('a call that cannot have its full time in the function is not started', async () => {
    const { router, circuits, clock } = aRouter();

    const result = await router.run(aRun({ functionEndsAtMs: clock.nowMs + 65_999 }));

    expect(result).toEqual({ outcome: 'out-of-time', attempts: [] });
    expect(circuits.admissions).toEqual([]);
  });

  test('a call is started if the longest answer and its margin fit into the function', async () => {
    const { router, clock, called } = aRouter();

    await router.run(aRun({ functionEndsAtMs: clock.nowMs + 615_000 }));

    expect(called()).toEqual([EAST_SONNET]);
  });

  test('the margin shrinks with the longest answer', async () => {
    const settings = aChain({
      breaker: { firstTokenSeconds: 0.3, stallSeconds: 0.2 },
      jobs: { answerSeconds: 0.5 },
    });
    const { router, clock, called } = aRouter({ settings });

    await router.run(aRun({ functionEndsAtMs: clock.nowMs + 550 }));

    expect(called()).toEqual([EAST_SONNET]);
  });

  test('a job whose deadline leaves no room for a call waits for the deadline without a call', async () => {
    const { router, clock, called } = aRouter();

    const deadlineAtMs = clock.nowMs + 20_000;
    const result = await router.run(aRun({ deadlineAtMs }));

    expect(result.outcome).toBe('deferred');
    const job = { deferrals: 0, failedRuns: 0, deadlineAt: deadlineAtMs };
    const run = { job, unserved: unservedIn(result), endedAt: clock.nowMs };
    expect(nextAttemptAt(run, aChain(), () => 0.5)).toBe(deadlineAtMs);
    expect(called()).toEqual([]);
  });
});

describe('the deadline of a job', () => {
  test.each([
    [64_999, 'is too close for a call', []],
    [65_000, 'leaves time for a call: its first token, one pause and the margin', [EAST_SONNET]],
  ])('in %i ms %s', async (ms, _, targets) => {
    const { router, clock, called } = aRouter();

    await router.run(aRun({ deadlineAtMs: clock.nowMs + ms }));

    expect(called()).toEqual(targets);
  });
});

describe('the check before a call', () => {
  test.each(['cancelled', 'lost'] as const)(
    '%s ends the run and returns the permit',
    async (permission) => {
      const { router, circuits, called } = aRouter();

      const result = await router.run(aRun({ lease: aLease({ before: permission }) }));

      expect(result).toEqual({ outcome: permission, attempts: [] });
      expect(called()).toEqual([]);
      expect(circuits.settled).toEqual([{ key: EAST_SONNET, outcome: { kind: 'ignored' } }]);
    },
  );

  test('returns the permit if it throws', async () => {
    const { router, circuits } = aRouter();
    const renew = () => Promise.reject(new Error('no table'));

    await expect(router.run(aRun({ lease: { ...aLease(), renew } }))).rejects.toThrow('no table');

    expect(circuits.settled).toEqual([{ key: EAST_SONNET, outcome: { kind: 'ignored' } }]);
  });

  test('runs before each call', async () => {
    const permissions = ['go', 'cancelled'] as const;
    let asked = 0;
    const { router, called } = aRouter({ script: fails('fault') });

    const result = await router.run(
      aRun({ lease: { ...aLease(), renew: async () => permissions[asked++] ?? 'lost' } }),
    );

    expect(result.outcome).toBe('cancelled');
    expect(called()).toEqual([EAST_SONNET]);
  });
});

describe('an unusable answer', () => {
  test.each([
    ['empty', answers('  ')],
    ['malformed', answers('{', 'malformed_model_output')],
  ])(
    '%s allows one try at another target, and is a failure to its circuit',
    async (reason, useless) => {
      const { router, circuits } = aRouter({ script: [useless, answers('better')] });

      const result = await router.run(aRun());

      expect(result).toMatchObject({
        outcome: 'answered',
        answer: { text: 'better', servedBy: WEST_SONNET },
        attempts: [{ outcome: 'unusable', reason }, { outcome: 'answered' }],
      });
      expect(circuits.settled[0]?.outcome).toMatchObject({
        kind: 'failure',
        failure: 'model-error',
      });
    },
  );

  test('fails the job the second time: there is no third try', async () => {
    const { router, called } = aRouter({ script: answers('') });

    const result = await router.run(aRun());

    expect(result).toMatchObject({
      outcome: 'refused',
      error: { type: 'urn:holdfast:problem:unusable-answer' },
    });
    expect(called()).toEqual([EAST_SONNET, WEST_SONNET]);
  });

  test('fails the job if the other target does not answer at all', async () => {
    const { router, called } = aRouter({ script: [answers(''), ...Array(3).fill(fails('fault'))] });

    const result = await router.run(aRun());

    expect(result).toMatchObject({
      outcome: 'refused',
      error: { type: 'urn:holdfast:problem:unusable-answer' },
    });
    expect(called()).toEqual(ALL);
  });

  test('is not retried if it spends the job’s budget of failed calls', async () => {
    const { router, circuits, clock, called } = aRouter({ script: answers('') });
    circuits.servedAtMs.set(EAST_SONNET, clock.nowMs);

    const result = await router.run(aRun({ failedCalls: 7 }));

    expect(result).toMatchObject({ outcome: 'no-answer', attempts: [{ charged: true }] });
    expect(called()).toEqual([EAST_SONNET]);
  });

  test('is retried for at most a tenth of the calls', async () => {
    const { router, called } = aRouter({ script: answers('') });

    for (let job = 0; job < 1000; job += 1) await router.run(aRun({ jobId: `job-${job}` }));

    const retries = called().filter((key) => key === WEST_SONNET).length;
    expect(retries).toBeGreaterThan(100);
    expect(retries).toBeLessThanOrEqual(10 + (1000 + retries) / 10);
  });
});

describe('an answer that ends early', () => {
  test.each(['max_tokens', 'model_context_window_exceeded'])(
    'with the stop reason %s is truncated',
    async (stop) => {
      const { router } = aRouter({ script: answers('half of', stop) });

      const result = await router.run(aRun());

      expect(result).toMatchObject({ outcome: 'answered', answer: { truncated: true } });
    },
  );

  test.each(['content_filtered', 'guardrail_intervened'])(
    'with the stop reason %s is final',
    async (stop) => {
      const { router, called } = aRouter({ script: answers('', stop) });

      const result = await router.run(aRun());

      expect(result).toMatchObject({ outcome: 'answered', answer: { text: '', stopReason: stop } });
      expect(called()).toEqual([EAST_SONNET]);
    },
  );
});

describe('the back-off after failures', () => {
  const backOffMs = async (failedRuns = 0) => {
    const { router, clock } = aRouter({ script: fails('fault') });
    return waitMs(await router.run(aRun()), clock.nowMs, failedRuns);
  };

  test('is one and a half times the shortest wait, for a draw of 0.5', async () => {
    expect(await backOffMs()).toBe(7_500);
  });

  test('doubles with each failed run in a row, up to the longest cooldown', async () => {
    expect(await backOffMs(1)).toBe(15_000);
    expect(await backOffMs(3)).toBe(60_000);
    expect(await backOffMs(30)).toBe(675_000);
  });

  test('is at least what the target asks for', async () => {
    const { router, clock } = aRouter({ script: fails('capacity', { retryAfterMs: 90_000 }) });

    const result = await router.run(aRun());

    expect(result.outcome).toBe('deferred');
    expect(waitMs(result, clock.nowMs)).toBe(90_000);
  });

  test('ends no later than when the first circuit admits calls again', async () => {
    const { router, circuits, clock } = aRouter({ script: fails('fault') });
    circuits.reject(EAST_SONNET, 'half-open', 1_000);

    const result = await router.run(aRun());

    expect(result.outcome).toBe('deferred');
    expect(waitMs(result, clock.nowMs)).toBe(1_000);
  });
});

describe('an unhealthy region', () => {
  const OPUS = 'us-east-1/us.anthropic.claude-opus-4-6-v1';
  const settings = aChain({
    tiers: [EAST_SONNET, EAST_HAIKU, OPUS, WEST_SONNET].map((key, i) => ({
      name: `tier-${i}`,
      targets: [targetOf(key)],
      maxTokens: 1000,
    })),
  });

  /** Opens the circuits of two of the three models in the east because of network failures. */
  function aRegionLost() {
    const world = aRouter({ settings });
    const untilMs = world.clock.nowMs + 60_000;
    for (const key of [EAST_SONNET, EAST_HAIKU]) {
      world.circuits.reject(key);
      world.circuits.summarize({ key, state: 'OPEN', failure: 'network', untilMs });
    }
    return world;
  }

  test('63. has its third target skipped without a call', async () => {
    const { router, called, counts } = aRegionLost();

    const result = await router.run(aRun());

    expect(result.attempts).toMatchObject([
      { target: EAST_SONNET, reason: 'open' },
      { target: EAST_HAIKU, reason: 'open' },
      { target: OPUS, outcome: 'skipped', reason: 'region-unhealthy' },
      { target: WEST_SONNET, outcome: 'answered' },
    ]);
    expect(called()).toEqual([WEST_SONNET]);
    expect(counts[`${METRIC.skippedCalls} ${OPUS}`]).toBe(1);
  });

  test('defers a job that may use no other region until the region counts as healthy again', async () => {
    const { router, clock } = aRegionLost();

    const result = await router.run(aRun({ regions: ['us-east-1'] }));

    expect(result.outcome).toBe('deferred');
    expect(waitMs(result, clock.nowMs)).toBe(60_000);
  });

  test('63. sends traffic to its third target in stages once the evidence lapses', async () => {
    const { router, circuits, clock, called } = aRegionLost();
    clock.nowMs += 30_000;
    await router.run(aRun());
    const seenOutMs = clock.nowMs;
    clock.nowMs += 30_000;

    await router.run(aRun());
    await router.run(aRun());

    expect(called()).toEqual([WEST_SONNET, OPUS, OPUS]);
    expect(circuits.restarts).toEqual([{ key: OPUS, atMs: seenOutMs - 1_000 }]);
  });

  test('is forgotten after a cooldown without failures: no circuit is restarted later', async () => {
    const { router, circuits, clock, models } = aRegionLost();
    await router.run(aRun());
    clock.nowMs += 120_000;
    circuits.admitAll();

    await router.run(aRun());
    models.follow(({ target }) => (target.modelId.includes('opus') ? answers() : fails('fault')));
    await router.run(aRun());

    expect(circuits.restarts).toEqual([]);
  });

  test('is watched for longer while one of its circuits is not closed', async () => {
    const tiers = [OPUS, EAST_SONNET, EAST_HAIKU, WEST_SONNET].map((key, i) => ({
      name: `tier-${i}`,
      targets: [targetOf(key)],
      maxTokens: 1000,
    }));
    const world = aRouter({ settings: aChain({ tiers }), script: fails('fault') });
    const { router, circuits, clock, models } = world;
    await router.run(aRun());
    models.follow(answers());
    const open = { state: 'OPEN', failure: 'network', untilMs: clock.nowMs + 200_000 } as const;
    circuits.summarize({ key: EAST_SONNET, ...open });
    clock.nowMs += 59_000;
    await router.run(aRun());
    clock.nowMs += 59_000;
    circuits.summarize({ key: EAST_HAIKU, ...open });

    const result = await router.run(aRun());

    expect(result.attempts[0]).toMatchObject({ target: OPUS, reason: 'region-unhealthy' });
  });

  test('is not looked for after configuration errors, which are the target’s own', async () => {
    const { router, circuits } = aRouter({ settings, script: fails('config') });

    for (const jobId of ['a', 'b']) await router.run(aRun({ jobId }));

    expect(circuits.summaryReads).toBe(0);
  });

  test('is watched for one cooldown after the last failure', async () => {
    const { router, circuits, clock, models } = aRouter({ settings, script: fails('fault') });
    await router.run(aRun());
    models.follow(answers());

    clock.nowMs += 59_999;
    await router.run(aRun());
    const reads = circuits.summaryReads;
    clock.nowMs += 1;
    await router.run(aRun());

    expect(reads).toBeGreaterThan(0);
    expect(circuits.summaryReads).toBe(reads);
  });
});

describe('a target with configuration errors', () => {
  /** Disables both targets in the east: they fail each call until a test changes the script. */
  async function disabledInTheEast() {
    const world = aRouter({
      script: ({ target }) => (target.region === 'us-east-1' ? fails('config') : answers()),
    });
    for (const jobId of ['a', 'a', 'b']) await world.router.run(aRun({ jobId }));
    return world;
  }

  test('70. is skipped without a call after three of them from two jobs', async () => {
    const { router, called, counts } = await disabledInTheEast();
    const before = called().length;

    const result = await router.run(aRun({ jobId: 'c' }));

    expect(result).toMatchObject({
      attempts: [
        { target: EAST_SONNET, outcome: 'skipped', reason: 'disabled' },
        { target: WEST_SONNET, outcome: 'answered' },
      ],
    });
    expect(called().slice(before)).toEqual([WEST_SONNET]);
    expect(counts[`${METRIC.skippedCalls} ${EAST_SONNET}`]).toBe(1);
  });

  test('is not disabled if it has answered others since the first of them', async () => {
    const { router, circuits, clock, called } = aRouter({
      script: ({ target }) => (target.region === 'us-east-1' ? fails('config') : answers()),
    });
    await router.run(aRun({ jobId: 'a' }));
    clock.nowMs += 2000;
    circuits.servedAtMs.set(EAST_SONNET, clock.nowMs - 1000);
    for (const jobId of ['b', 'c', 'd']) await router.run(aRun({ jobId }));

    expect(called().filter((key) => key === EAST_SONNET)).toHaveLength(4);
  });

  test('66. gets its traffic back in stages after a check succeeds', async () => {
    const { router, circuits, clock, models } = await disabledInTheEast();
    models.follow(answers());
    clock.nowMs += 60_000;

    const result = await router.run(aRun({ jobId: 'd' }));

    expect(result).toMatchObject({ answer: { servedBy: EAST_SONNET } });
    expect(circuits.restarts).toEqual([{ key: EAST_SONNET, atMs: clock.nowMs }]);
  });
});

function unservedIn(result: RunResult): readonly UnservedTarget[] {
  if ('unserved' in result) return result.unserved;
  throw new Error(`the run ended as ${result.outcome}`);
}

/** Returns the wait after a run, for a draw of 0.5 and without the backlog's jitter. */
function waitMs(result: RunResult, endedAt: number, failedRuns = 0): number {
  const job = { deferrals: 0, failedRuns, deadlineAt: Number.POSITIVE_INFINITY };
  const run = { job, unserved: unservedIn(result), endedAt };
  return earliestRetryAt(run, aChain(), () => 0.5) - endedAt;
}
