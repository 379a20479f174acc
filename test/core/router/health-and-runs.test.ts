import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../../lambda/contract/conversation.ts';
import { NO_QUOTAS } from '../../../lambda/core/admission/quotas.ts';
import { Breaker } from '../../../lambda/core/breaker/breaker.ts';
import {
  DailyQuotaGate,
  scopesWithoutDays,
} from '../../../lambda/core/breaker/daily-quota-gate.ts';
import { scopesOfTarget } from '../../../lambda/core/breaker/override-scopes.ts';
import { DisabledTargets } from '../../../lambda/core/router/disabled-targets.ts';
import { getHealth } from '../../../lambda/core/router/health.ts';
import { createRouter } from '../../../lambda/core/router/router.ts';
import type { Attempt } from '../../../lambda/core/router/run-result.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { answers, FakeModelClient, fails } from '../../support/fake-model-client.ts';
import { memoryDisabledTargets } from '../../support/memory-disabled-targets.ts';
import { aRun, targetOf } from '../../support/router-builders.ts';
import { someSettings } from '../../support/settings.ts';
import { SILENT, UNCOUNTED } from '../../support/silent-telemetry.ts';

const first = [targetOf('us-east-1/anthropic.first'), targetOf('us-east-1/anthropic.second')];
const last = [targetOf('us-east-1/anthropic.last'), targetOf('us-west-2/anthropic.last')];

/** The first tier is in one region, and the last one in two. A sandbox runs one job after another. */
function aSandbox() {
  const settings = someSettings({
    breaker: { viewMaxAgeSeconds: 0 },
    tiers: [
      { name: 'first', targets: first, maxTokens: 1024 },
      { name: 'last', targets: last, maxTokens: 1024 },
    ],
  });
  const clock = new FakeClock();
  const policy = () => settings.breaker;
  const breaker = new Breaker({
    store: new MemoryCircuitStore(() => clock.now()),
    newPrivateStore: () => new MemoryCircuitStore(() => clock.now()),
    policy,
    clock,
    random: () => 0.5,
    workerId: 'worker',
    scopesOf: scopesWithoutDays(scopesOfTarget),
  });
  const circuits = new DailyQuotaGate(breaker, policy);
  const disabledTargets = new DisabledTargets({
    store: memoryDisabledTargets(),
    policy,
    clock,
    log: SILENT,
  });
  const models = new FakeModelClient(answers());
  const parts = { circuits, disabledTargets, models, clock, log: SILENT, metrics: UNCOUNTED };
  const router = createRouter({
    quotas: NO_QUOTAS,
    ...parts,
    settings: () => settings,
  });
  const health = () => getHealth(parts, settings);
  return { clock, models, router, health };
}

type Sandbox = ReturnType<typeof aSandbox>;
let jobs = 0;

/** Runs a job each second. Returns the health before each run, and the run's attempts. */
async function runJobs({ clock, router, health }: Sandbox, seconds: number) {
  const seen = [];
  for (let second = 0; second < seconds; second += 1) {
    const before = await health();
    const now = clock.now();
    const jobId = `job-${++jobs}`;
    const conversation = { messages: [userMessage(`question of ${jobId}`)] };
    const times = { deadlineAtMs: now + 1e9, functionEndsAtMs: now + 1e9 };
    const run = router.run(aRun({ jobId, conversation, ...times }));
    await clock.advance(1000);
    seen.push({ ...before, attempts: (await run).attempts });
  }
  return seen;
}

const isSkipped = ({ outcome }: Attempt) => outcome === 'skipped';

describe('health before a run', () => {
  test('names the targets that the run will call and those that it will skip', async () => {
    const sandbox = aSandbox();
    const { models } = sandbox;
    const seen = await runJobs(sandbox, 10);
    models.follow(({ target }) => (target.region === 'us-east-1' ? fails('network') : answers()));
    seen.push(...(await runJobs(sandbox, 200)));
    models.follow(fails('capacity'));
    seen.push(...(await runJobs(sandbox, 200)));
    models.follow(({ target }) => (target.region === 'us-east-1' ? fails('quota-day') : answers()));
    seen.push(...(await runJobs(sandbox, 100)));
    models.follow(answers());
    seen.push(...(await runJobs(sandbox, 200)));

    for (const { targets, attempts } of seen) {
      // A failure may open a circuit, which changes the rest of the run.
      const end = attempts.findIndex((attempt) => !isSkipped(attempt)) + 1;
      for (const attempt of attempts.slice(0, end || undefined)) {
        const target = targets.find((each) => each.target === attempt.target);
        if (target?.admits === 'some') continue;
        expect({ ...target, isSkipped: isSkipped(attempt) }).toMatchObject({
          isSkipped: target?.admits === 'none',
        });
      }
    }
    const skipped = seen.flatMap(({ attempts }) => attempts.filter(isSkipped));
    expect(new Set(skipped.map(({ reason }) => reason))).toEqual(
      new Set(['open', 'region-unhealthy', 'quota-day', 'ramp']),
    );
  });

  test('is healthy again after an outage, though circuits of the last tier do not close', async () => {
    const sandbox = aSandbox();
    sandbox.models.follow(fails('capacity'));
    const outage = await runJobs(sandbox, 100);
    sandbox.models.follow(answers());
    await runJobs(sandbox, 150);

    const { status, targets } = await sandbox.health();

    expect(outage.at(-1)).toMatchObject({ status: 'unhealthy' });
    expect(status).toBe('healthy');
    expect(targets.slice(0, 2)).toMatchObject([{ health: 'healthy' }, { health: 'healthy' }]);
    expect(targets.slice(2)).toContainEqual(expect.objectContaining({ health: 'waiting' }));
  });
});
