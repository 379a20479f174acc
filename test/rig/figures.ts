import { targetsOf } from '../../lambda/contract/chains.ts';
import { targetKey } from '../../lambda/contract/policy.ts';
import type { CallRecord } from '../../local/bedrock/call-log.ts';
import { median } from '../support/median.ts';
import { defaultTiers } from '../support/settings.ts';
import type { CircuitChange, JobRecord, OutageRun } from './outage-run.ts';
import { CALL_MS } from './outages.ts';

/** The measured results of one outage. */
export interface Figures {
  /** Calls that ended in a failure of the target. */
  readonly failures: number;
  /** Failures of calls that began after the outage. */
  readonly failuresAfter: number;
  /** Failures of calls that began before the target's circuit first opened. */
  readonly failuresBeforeOpen: number;
  /** Jobs that did not succeed, plus dead letters. */
  readonly lostJobs: number;
  /** Jobs that ended more than `LATE_MS` after their acceptance, or did not end. */
  readonly lateJobs: number;
  /** Jobs that a model answered more than once. */
  readonly jobsAnsweredTwice: number;
  readonly medianJobMs: number;
  /** Share of the jobs that the first tier answered, 0 to 1. */
  readonly primaryShare: number;
  /**
   * The time until the first circuit of the first tier is closed. It begins at the end of the
   * outage, or at the end of the cooldown that is still running then.
   */
  readonly recoverySeconds: number;
  /** The time from the end of the outage until every job that was accepted before it has ended. */
  readonly backlogSeconds: number;
  /** Calls to a target whose circuit had been open for longer than a view's age plus some slack. */
  readonly callsWhileOpen: number;
  /** Calls below a job's `minTier` or outside its `regions`. */
  readonly callsOutOfBounds: number;
  /** Calls of a recovery beyond the permits of its stage. */
  readonly callsBeyondPermits: number;
  readonly failuresByTarget: Readonly<Record<string, number>>;
}

export function figuresOf(run: OutageRun): Figures {
  const { settings, jobs, calls, outageEndMs, deadLetters } = run;
  const first = defaultTiers(settings)[0]?.name;
  const failures = calls.filter(isFailure);
  const succeeded = jobs.filter(({ status }) => status === 'SUCCEEDED');
  const durationsMs = succeeded.map(
    ({ createdAt, completedAt = Infinity }) => completedAt - createdAt,
  );
  const answers = Map.groupBy(
    calls.filter(
      ({ operation, outcome }) => operation !== 'count-tokens' && outcome === 'answered',
    ),
    ({ jobId }) => jobId,
  );
  const backlog = succeeded.filter(({ createdAt }) => createdAt < outageEndMs);
  return {
    failures: failures.length,
    failuresAfter: failures.filter(({ startedAtMs }) => startedAtMs >= outageEndMs).length,
    failuresBeforeOpen: failures.filter((call) => isBeforeOpen(call, run)).length,
    lostJobs: jobs.length - succeeded.length + deadLetters,
    lateJobs: jobs.length - durationsMs.filter((ms) => ms <= LATE_MS).length,
    jobsAnsweredTwice: [...answers.values()].filter(({ length }) => length > 1).length,
    medianJobMs: median(durationsMs),
    primaryShare: succeeded.filter(({ tier }) => tier === first).length / jobs.length,
    recoverySeconds: recoveryMs(run) / 1000,
    backlogSeconds:
      Math.max(0, ...backlog.map(({ completedAt = Infinity }) => completedAt - outageEndMs)) / 1000,
    callsWhileOpen: calls.filter((call) => isWhileOpen(call, run)).length,
    callsOutOfBounds: jobs.reduce((sum, job) => sum + callsOutOfBounds(job, run), 0),
    callsBeyondPermits: targetsOf(settings).reduce(
      (sum, target) => sum + callsBeyondPermits(targetKey(target), run),
      0,
    ),
    failuresByTarget: countBy(failures, keyOf),
  };
}

/**
 * A job in a healthy system takes about `CALL_MS`, and hardly any takes three times as long. All times
 * are divided by ten, so a late job comes 5 s later than those.
 */
const LATE_MS = 3 * CALL_MS + 500;

const NO_FAILURE = ['answered', 'abandoned', 'in-flight'];

/** The longest time between the admission of a call and its start. */
const SLACK_MS = 60;

function isFailure({ outcome }: CallRecord): boolean {
  return !NO_FAILURE.includes(outcome);
}

/** Returns the time for which other workers may act on their old view after a circuit changed. */
function graceMs({ settings }: OutageRun): number {
  return settings.breaker.viewMaxAgeSeconds * 1000 + SLACK_MS;
}

function keyOf({ region, model }: CallRecord): string {
  return targetKey({ region, modelId: model });
}

function changesOf(key: string, { changes }: OutageRun): readonly CircuitChange[] {
  return changes.filter((change) => change.key === key);
}

function isBeforeOpen(call: CallRecord, run: OutageRun): boolean {
  const [opened] = changesOf(keyOf(call), run);
  return opened === undefined || call.startedAtMs <= opened.atMs + SLACK_MS;
}

function isWhileOpen(call: CallRecord, run: OutageRun): boolean {
  return changesOf(keyOf(call), run).some(
    (change) =>
      change.type === 'opened' &&
      call.startedAtMs > change.atMs + graceMs(run) &&
      call.startedAtMs < change.untilMs,
  );
}

function callsOutOfBounds({ jobId, minTier, regions }: JobRecord, run: OutageRun): number {
  const tiers = defaultTiers(run.settings);
  const last = minTier === undefined ? tiers.length : tiers.findIndex((t) => t.name === minTier);
  const below = tiers.slice(last + 1).flatMap(({ targets }) => targets.map(targetKey));
  return run.calls.filter(
    (call) =>
      call.jobId === jobId &&
      (below.includes(keyOf(call)) || !(regions?.includes(call.region) ?? true)),
  ).length;
}

function recoveryMs(run: OutageRun): number {
  const { settings, outageEndMs } = run;
  const targets = (defaultTiers(settings)[0]?.targets ?? []).map(targetKey);
  const recoveries = targets.map((key) => {
    const changes = changesOf(key, run);
    const last = changes.findLastIndex(({ type }) => type === 'opened');
    const opened = changes[last];
    if (opened?.type !== 'opened') return 0;
    const closed = changes.slice(last).find(({ type }) => type === 'closed');
    return (closed?.atMs ?? Infinity) - Math.max(outageEndMs, opened.untilMs);
  });
  return Math.max(0, Math.min(...recoveries));
}

/**
 * Counts the calls that begin before the previous stage has ended. Skips a recovery that did not
 * begin from an open circuit, because other workers may see the circuit as closed for one view age.
 */
function callsBeyondPermits(key: string, run: OutageRun): number {
  const changes = changesOf(key, run);
  const recoveries = changes.flatMap(({ type, atMs }, i) =>
    type === 'half_opened' && changes[i - 1]?.type === 'opened'
      ? [{ beginMs: atMs, endMs: changes[i + 1]?.atMs ?? Infinity }]
      : [],
  );
  const { recoveryStages } = run.settings.breaker;
  return recoveries.reduce((sum, { beginMs, endMs }) => {
    const calls = run.calls.filter(
      (call) => keyOf(call) === key && call.startedAtMs >= beginMs && call.startedAtMs < endMs,
    );
    return sum + callsTooEarly(calls, recoveryStages);
  }, 0);
}

function callsTooEarly(calls: readonly CallRecord[], stages: readonly number[]): number {
  let [done, tooEarly] = [0, 0];
  for (const permits of stages) {
    const stage = calls.slice(done, done + permits);
    const endMs = Math.max(...stage.map(({ startedAtMs, ms = Infinity }) => startedAtMs + ms));
    done += permits;
    tooEarly += calls.slice(done).filter(({ startedAtMs }) => startedAtMs < endMs - 1).length;
  }
  return tooEarly;
}

function countBy<Item>(items: readonly Item[], by: (item: Item) => string) {
  return Object.fromEntries([...Map.groupBy(items, by)].map(([key, its]) => [key, its.length]));
}
