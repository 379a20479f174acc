import { tiersOf } from '../contract/chains.ts';
import { userMessage } from '../contract/conversation.ts';
import { DIMENSION, METRIC } from '../contract/metrics.ts';
import { type Settings, targetKey } from '../contract/policy.ts';
import { shortestCallMs } from '../contract/time-budget.ts';
import type { CircuitGate } from '../core/breaker/admission.ts';
import type { Outcome, Permit } from '../core/breaker/permit.ts';
import type { CircuitSummary } from '../core/breaker/summary.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import { callLimits, leaseMsOf } from '../core/router/call-limits.ts';
import { CallRecorder } from '../core/router/call-recorder.ts';
import type { Candidate } from '../core/router/candidates.ts';
import { circuitOutcome } from '../core/router/circuit-outcome.ts';
import type { DisabledTargets } from '../core/router/disabled-targets.ts';
import type { CallLimits, ModelClient, ModelResult } from '../core/router/model-client.ts';
import type { Log, Metrics } from '../core/telemetry.ts';

export interface ProbeDependencies {
  readonly circuits: Pick<CircuitGate, 'admit' | 'summaries'>;
  readonly disabledTargets: Pick<DisabledTargets, 'all' | 'failed' | 'succeeded'>;
  readonly models: Pick<ModelClient, 'converse'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A short prompt, the same for every model. The answer is limited to one token and is not read. */
const PROMPT = 'Reply with OK.';
const MAX_TOKENS = 1;

/** Nobody cancels a probe. */
const NEVER_ABORTED = new AbortController().signal;

/**
 * The time for which the prober leaves a recovery to the jobs. In a busy system, the recovery has
 * ended by then.
 */
const JOBS_TURN_MS = 30_000;

/**
 * Probes the targets whose circuits wait for a call that no job makes. A run probes at most one
 * recovery stage of each circuit. With the default stages, that is one call for an open circuit,
 * then five, then ten. Each call takes a permit of the circuit, so overlapping probers and jobs
 * together stay within the stage. A call starts only if it can have its full time before
 * `endsAtMs`.
 */
export async function probeTargets(
  dependencies: ProbeDependencies,
  settings: Settings,
  endsAtMs: number,
): Promise<void> {
  if (!settings.probe.enabled) return;
  const { circuits, disabledTargets, clock } = dependencies;
  const targets = probedTargets(settings);
  const disabled = await disabledTargets.all();
  const summaries = await circuits.summaries(targets.map(({ key }) => key));
  const waiting = summaries
    .filter(({ key }) => !disabled[key]?.disabled)
    .filter((circuit) => isLeftToProbes(circuit, settings, clock.now()));
  const circuitOf = new Map(waiting.map((circuit) => [circuit.key, circuit]));
  await Promise.all(
    targets.map(async (target) => {
      const circuit = circuitOf.get(target.key);
      if (!circuit) return;
      try {
        await probeStage(dependencies, settings, target, circuit, endsAtMs);
      } catch (error) {
        const fields = { target: target.key, error: errorName(error) };
        dependencies.log.error('target not probed', fields);
      }
    }),
  );
}

type ProbedTarget = Pick<Candidate, 'key' | 'target' | 'chain' | 'tier'>;

/** Returns each target once. Its probes count in the first tier that has it. */
function probedTargets(settings: Settings): readonly ProbedTarget[] {
  const targets = new Map<string, ProbedTarget>();
  for (const { chain, tier } of tiersOf(settings)) {
    for (const target of tier.targets) {
      const key = targetKey(target);
      if (!targets.has(key)) targets.set(key, { key, target, chain, tier });
    }
  }
  return [...targets.values()];
}

/**
 * Returns true if no job is likely to call the target. The cooldown and overrides are checked
 * later, at admission.
 */
function isLeftToProbes(
  { state, sinceMs = 0 }: CircuitSummary,
  { breaker }: Settings,
  nowMs: number,
): boolean {
  switch (state) {
    case 'CLOSED':
      return false;
    case 'OPEN':
      return true;
    case 'HALF_OPEN':
      return nowMs - sinceMs >= Math.min(JOBS_TURN_MS, (breaker.cooldownSeconds * 1000) / 2);
    default:
      return state satisfies never;
  }
}

/**
 * Makes the stage's calls one after the other, because the first failure opens the circuit and ends
 * the stage.
 */
async function probeStage(
  dependencies: ProbeDependencies,
  settings: Settings,
  target: ProbedTarget,
  { stage = 0 }: CircuitSummary,
  endsAtMs: number,
): Promise<void> {
  const { circuits, clock, log } = dependencies;
  const { breaker, jobs } = settings;
  const { key } = target;
  const limits = probeLimits(target, settings);
  // If the policy no longer has this stage, the next admission moves the circuit on.
  const permits = breaker.recoveryStages[stage] ?? 1;
  let calls = 0;
  let isAnswering = true;
  while (isAnswering && calls < permits) {
    if (clock.now() + shortestCallMs(breaker, jobs) > endsAtMs) break;
    const permit = await stagePermit(circuits, key, stage, leaseMsOf(limits));
    if (!permit) break;
    calls += 1;
    isAnswering = await probe(dependencies, target, permit, limits);
  }
  if (calls > 0) log.info('target probed', { target: key, stage, calls, isAnswering });
}

/** Returns the limits of a probe, which are short because its answer has one token. */
function probeLimits({ target }: ProbedTarget, settings: Settings): CallLimits {
  const timeLeftMs = shortestCallMs(settings.breaker, settings.jobs);
  return callLimits({ target, inputTokens: 0, timeLeftMs }, settings);
}

/**
 * Returns a permit of this stage. Returns undefined if the circuit admits no call, if it admits
 * every call (because it has closed or is overridden), or if it is now in another stage, which the
 * next run probes.
 */
async function stagePermit(
  circuits: Pick<CircuitGate, 'admit'>,
  key: string,
  stage: number,
  leaseMs: number,
): Promise<Permit | undefined> {
  const admission = await circuits.admit(key, { leaseMs });
  if (!admission.admitted) return undefined;
  const { permit } = admission;
  if (permit.stage === stage) return permit;
  await permit.settle({ kind: 'ignored' });
  return undefined;
}

/** Makes one probe. Returns true if the target answered. */
async function probe(
  dependencies: ProbeDependencies,
  target: ProbedTarget,
  permit: Permit,
  limits: CallLimits,
): Promise<boolean> {
  const { disabledTargets, newId } = dependencies;
  // Each probe has its own id, like a job, because errors of a single id never disable a target.
  const probeId = `probe-${newId()}`;
  const result = await call(dependencies, target, permit, probeId, limits);
  if (result.outcome === 'answer') await disabledTargets.succeeded(target.key);
  if (result.outcome === 'failure' && result.failure.kind === 'config') {
    const { name: reason } = result.failure;
    await disabledTargets.failed(target.key, { jobId: probeId, reason });
  }
  return result.outcome === 'answer';
}

/** Calls the target once. Settles the permit even if the call throws. */
async function call(
  { models, metrics, log }: ProbeDependencies,
  probed: ProbedTarget,
  permit: Permit,
  probeId: string,
  limits: CallLimits,
): Promise<ModelResult> {
  const { key, target } = probed;
  let outcome: Outcome = { kind: 'ignored' };
  try {
    const request = {
      target,
      conversation: {
        messages: [userMessage(PROMPT)],
        inferenceConfig: { maxTokens: MAX_TOKENS },
      },
      jobId: probeId,
    };
    metrics.count(METRIC.probes, 1, { [DIMENSION.target]: key });
    const watch = {
      onToken: (elapsedMs: number) => void permit.token(elapsedMs),
      signal: NEVER_ABORTED,
    };
    const result = await models.converse(request, limits, watch);
    const { stage } = permit;
    new CallRecorder({ metrics, log }).record(probed, probeId, result, { stage });
    outcome = circuitOutcome(result);
    return result;
  } finally {
    await permit.settle(outcome);
  }
}
