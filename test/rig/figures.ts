import { type Settings, targetKey } from '../../lambda/contract/policy.ts';
import type { CallRecord } from '../../local/bedrock/call-log.ts';
import { median } from '../support/median.ts';

/** What is known of an outage once it was played, in virtual time or in real. */
export interface Replay {
  readonly settings: Settings;
  readonly brokeAtMs: number;
  readonly healedAtMs: number;
  readonly jobs: readonly PlayedJob[];
  readonly calls: readonly CallRecord[];
  /** In the order they came. */
  readonly changes: readonly CircuitChange[];
  readonly deadLetters: number;
}

export type CircuitChange =
  | {
      readonly type: 'opened';
      readonly key: string;
      readonly atMs: number;
      readonly untilMs: number;
    }
  | { readonly type: 'half_opened' | 'closed'; readonly key: string; readonly atMs: number };

export interface PlayedJob {
  readonly jobId: string;
  readonly status: string;
  readonly createdAt: number;
  readonly completedAt?: number;
  readonly tier?: string;
  /** What the caller had allowed. */
  readonly minTier?: string;
  readonly regions?: readonly string[];
}

export interface Figures {
  /** Calls that ended in a fault of the target. */
  readonly faults: number;
  /** Those before the first circuit opened, and those of calls that were then in flight. */
  readonly detection: number;
  readonly lostJobs: number;
  /** Answered calls beyond one for each job. */
  readonly doubledJobs: number;
  readonly medianJobMs: number;
  readonly primaryShare: number;
  /** From the end of the outage, or of a later cooldown, until a target of the first tier is closed. */
  readonly backSeconds: number;
  /** From the end of the outage until no job waits that came before. */
  readonly backlogSeconds: number;
  /** Calls to a target whose circuit is open, later than one view age and a little. */
  readonly strayCalls: number;
  /** Calls below a job's `minTier` or outside its `regions`. */
  readonly callsOutOfBounds: number;
  /** Calls beyond the permits of a stage. */
  readonly callsBeyondStage: number;
  readonly faultsByTarget: Readonly<Record<string, number>>;
}

export function figuresOf(replay: Replay): Figures {
  const { settings, jobs, calls, healedAtMs, deadLetters } = replay;
  const first = settings.tiers[0]?.name;
  const faults = calls.filter(isFault);
  const done = jobs.filter(({ status }) => status === 'SUCCEEDED');
  const waitsMs = done.map(({ createdAt, completedAt = Infinity }) => completedAt - createdAt);
  const answered = Map.groupBy(
    calls.filter(({ operation, outcome }) => operation === 'converse' && outcome === 'answered'),
    ({ jobId }) => jobId,
  );
  const waiting = done.filter(({ createdAt }) => createdAt < healedAtMs);
  return {
    faults: faults.length,
    detection: faults.filter((call) => isDetection(call, replay)).length,
    lostJobs: jobs.length - done.length + deadLetters,
    doubledJobs: [...answered.values()].filter((its) => its.length > 1).length,
    medianJobMs: median(waitsMs),
    primaryShare: done.filter(({ tier }) => tier === first).length / jobs.length,
    backSeconds: backMs(replay) / 1000,
    backlogSeconds:
      Math.max(0, ...waiting.map(({ completedAt = Infinity }) => completedAt - healedAtMs)) / 1000,
    strayCalls: calls.filter((call) => isStray(call, replay)).length,
    callsOutOfBounds: jobs.reduce((sum, job) => sum + callsOutOfBounds(job, replay), 0),
    callsBeyondStage: targetsOf(settings).reduce(
      (sum, key) => sum + callsBeyondStage(key, replay),
      0,
    ),
    faultsByTarget: countBy(faults, keyOf),
  };
}

const SOUND = ['answered', 'abandoned', 'in-flight'];

/** How late a call may be seen to start that was admitted one view age after an opening. */
const SLACK_MS = 60;

function isFault({ outcome }: CallRecord): boolean {
  return !SOUND.includes(outcome);
}

/** How long others may still act by their view of a circuit that has changed. */
function graceMs({ settings }: Replay): number {
  return settings.breaker.viewMaxAgeSeconds * 1000 + SLACK_MS;
}

function keyOf({ region, model }: CallRecord): string {
  return targetKey({ region, modelId: model });
}

function targetsOf({ tiers }: Settings): readonly string[] {
  return tiers.flatMap(({ targets }) => targets.map(targetKey));
}

function changesOf(key: string, { changes }: Replay): readonly CircuitChange[] {
  return changes.filter((change) => change.key === key);
}

/** Begun before its target's circuit opened first. */
function isDetection(call: CallRecord, replay: Replay): boolean {
  const [opened] = changesOf(keyOf(call), replay);
  return opened === undefined || call.startedAtMs <= opened.atMs + SLACK_MS;
}

function isStray(call: CallRecord, replay: Replay): boolean {
  return changesOf(keyOf(call), replay).some(
    (change) =>
      change.type === 'opened' &&
      call.startedAtMs > change.atMs + graceMs(replay) &&
      call.startedAtMs < change.untilMs,
  );
}

function callsOutOfBounds({ jobId, minTier, regions }: PlayedJob, replay: Replay): number {
  const { tiers } = replay.settings;
  const last = minTier === undefined ? tiers.length : tiers.findIndex((t) => t.name === minTier);
  const below = tiers.slice(last + 1).flatMap(({ targets }) => targets.map(targetKey));
  return replay.calls.filter(
    (call) =>
      call.jobId === jobId &&
      (below.includes(keyOf(call)) || !(regions?.includes(call.region) ?? true)),
  ).length;
}

function backMs(replay: Replay): number {
  const { settings, healedAtMs } = replay;
  const targets = (settings.tiers[0]?.targets ?? []).map(targetKey);
  const backs = targets.map((key) => {
    const changes = changesOf(key, replay);
    const last = changes.findLastIndex(({ type }) => type === 'opened');
    const opened = changes[last];
    if (opened?.type !== 'opened') return 0;
    const closed = changes.slice(last).find(({ type }) => type === 'closed');
    return (closed?.atMs ?? Infinity) - Math.max(healedAtMs, opened.untilMs);
  });
  return Math.max(0, Math.min(...backs));
}

/**
 * A stage's calls begin after the last success of the one before. A circuit that was not open before
 * it recovers is left out: others may take it for closed for one view age more.
 */
function callsBeyondStage(key: string, replay: Replay): number {
  const changes = changesOf(key, replay);
  const recoveries = changes.flatMap(({ type, atMs }, i) =>
    type === 'half_opened' && changes[i - 1]?.type === 'opened'
      ? [{ beginMs: atMs, endMs: changes[i + 1]?.atMs ?? Infinity }]
      : [],
  );
  const { recoveryStages } = replay.settings.breaker;
  return recoveries.reduce((sum, { beginMs, endMs }) => {
    const calls = replay.calls.filter(
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
