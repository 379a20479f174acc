import { BREAKER_DEFAULTS } from '../../lambda/contract/policy.ts';
import { jobLeaseMs, leaseRenewalMs } from '../../lambda/contract/time-budget.ts';
import { hasEnded } from '../../lambda/contract/words.ts';
import { REFUSED } from '../../lambda/core/router/run-result.ts';
import type { InjectedFault } from './faults.ts';
import { VISIBILITY_MS } from './message-queue.ts';
import { answerMs, answerText, isRefusalText } from './model.ts';
import { MAX_TOKENS } from './path-settings.ts';
import type { Path } from './paths.ts';
import { MOST_COST } from './quota-ledger.ts';
import type { RunResult } from './run-result.ts';
import { SWEEP_MS } from './timeline.ts';

const LEASE_MS = jobLeaseMs(BREAKER_DEFAULTS);
const RENEWAL_MS = leaseRenewalMs(BREAKER_DEFAULTS);

/** The promises that hold for every job, whatever fails. */
export type Promised =
  | 'ends'
  | 'ends as it should'
  | 'one result'
  | 'result readable'
  | 'refusal readable'
  | 'no call before its time'
  | 'no call after its cancel'
  | 'no call without its lease'
  | 'one extra call per crash'
  | 'taken over in time'
  | 'kept by a live worker'
  | 'at least one event'
  | 'dead letter kept'
  | 'no dead letter of an open job'
  | 'no storm of messages'
  | 'no later than promised'
  | 'no call without its quota'
  | 'quota settled once'
  | 'no quota lost';

export const PROMISES: Readonly<Record<Promised, (run: Run) => boolean>> = {
  ends: ({ result: { isAtRest, isAccepted, row } }) =>
    isAtRest && isAccepted && row !== undefined && hasEnded(row.status),

  // A job may succeed in spite of a cancel if a model had answered before it.
  'ends as it should': ({ path, result: { row, isCancelAccepted } }) =>
    row?.status === path.ends ||
    (path.cancel !== undefined && !isCancelAccepted && row?.status === 'SUCCEEDED'),

  'one result': ({ result }) => !result.violations.some((each) => each.startsWith('an end')),

  // Every answer is different, so this finds a row that names the object of another answer.
  'result readable': ({ path, result: { row, view } }) =>
    row?.status !== 'SUCCEEDED' ||
    (view !== undefined &&
      view.result?.text === answerText(row.usage?.outputTokens ?? 0, path.tokens ?? 1)),

  // Of a job that the model refused, the caller sees what the model said.
  'refusal readable': ({ result: { row, view } }) =>
    row?.error?.type !== REFUSED.invalid.type || isRefusalText(view?.error?.detail),

  'no call before its time': ({ result }) =>
    isBlind(result) || !result.violations.some((each) => each.startsWith('a deferred job')),

  'no call after its cancel': ({ result }) =>
    isBlind(result) || !result.violations.some((each) => each.startsWith('a cancelled job')),

  // A worker that has lost its job notices it at the next renewal of the lease. A fault may hit that.
  'no call without its lease': ({ result: { longestStrayMs, injected } }) =>
    longestStrayMs <= RENEWAL_MS * (1 + injected.length),

  'one extra call per crash': ({ result, baseline }) =>
    result.begun <= baseline.begun + result.injected.length,

  // A dead or stalled worker's job. A run of the sweeper may fail, and the next one is a minute later.
  'taken over in time': ({ result: { longestOrphanMs, injected } }) => {
    const failedSweeps = injected.filter(({ caller }) => caller === 'sweeper').length;
    return longestOrphanMs <= LEASE_MS + SWEEP_MS * (1 + failedSweeps);
  },

  'kept by a live worker': ({ result }) =>
    !result.violations.some((each) => each.startsWith('a live worker')),

  'at least one event': ({ path, result: { row, events } }) => {
    if (!row || !hasEnded(row.status)) return true;
    if (path.jobs?.completionEvents === false) return events.length === 0;
    const published = events.filter(({ id }) => id === `${row.jobId}#${row.generation}`);
    return published.length > 0 && published.every(({ status }) => status === row.status);
  },

  'dead letter kept': ({ path, result: { row, deadLetters } }) =>
    (row?.status !== 'DEAD_LETTERED' && path.unreadable === undefined) || deadLetters > 0,

  'no dead letter of an open job': ({ result }) =>
    !result.violations.some((each) => each.startsWith('a dead letter')),

  'no storm of messages': ({ result, baseline }) =>
    result.sends <= baseline.sends + EXTRA_SENDS_PER_FAULT * result.injected.length,

  'no later than promised': ({ path, result, baseline }) => {
    const delayMs = (result.row?.completedAt ?? 0) - (baseline.row?.completedAt ?? 0);
    return delayMs <= sum(result.injected.map((fault) => longestDelayMs(fault, path)));
  },

  // A worker that loses the store of quotas uses a share of its own, which the books do not show.
  'no call without its quota': ({ result: { quota, injected } }) =>
    !quota || quota.unheldCalls <= injected.filter(({ name }) => name === 'buckets.hold').length,

  // If a worker does not hear of an answer, it counts as free.
  'quota settled once': ({ result: { quota, injected } }) =>
    !quota || quota.balance >= -MOST_COST * injected.length,

  // A hold of a dead worker, or whose settlement fails, is not given back: it decays.
  'no quota lost': ({ result: { quota, injected }, baseline }) =>
    !quota || quota.balance <= (baseline.quota?.balance ?? 0) + MOST_HELD * injected.length,
};

export interface Run {
  readonly path: Path;
  readonly result: RunResult;
  /** The result of the same path without faults. */
  readonly baseline: RunResult;
}

/** Returns the promises that a run broke. */
export function brokenPromises(run: Run): readonly Promised[] {
  const promises = Object.entries(PROMISES) as [Promised, (run: Run) => boolean][];
  return promises.filter(([, holds]) => !holds(run)).map(([name]) => name);
}

/**
 * True if a worker stalled and a worker could not read its row. A worker that stalls just before a
 * call and cannot read its row when it wakes does not know that the job is lost, and makes the call.
 */
function isBlind({ injected }: RunResult): boolean {
  const isUnread = ({ name, fault }: InjectedFault) => name === 'jobs.update' && fault !== 'killed';
  const [first, second] = injected;
  return first?.fault === 'stalled' && second !== undefined && isUnread(second);
}

/** The most tokens of the quota that a call holds here. */
const MOST_HELD = MAX_TOKENS + 100;

/** A fault may cause two extra messages: one from the SDK's next attempt and one from the sweeper. */
const EXTRA_SENDS_PER_FAULT = 2;

/** The time in which the sweeper sends a lost message again. */
const RECOVERY_MS = 3 * SWEEP_MS;

/** The same, if the sweeper has sent the message itself or other messages wait in the queue. */
const SLOW_RECOVERY_MS = 17 * SWEEP_MS;

/** Returns by how much one fault may delay the end of a job. */
function longestDelayMs({ caller, fault, name }: InjectedFault, path: Path): number {
  // The SDK's next attempt recovers at once, except for calls that have a single attempt.
  const isRepeated = !SINGLE_ATTEMPTS.test(name);
  if (fault === 'response-lost' && isRepeated) return 0;
  // The job may have to be answered once more.
  const isSlow = path.isBusyHour || caller === 'worker';
  const recoveryMs = isSlow ? SLOW_RECOVERY_MS : RECOVERY_MS;
  // The dead letter of an ended job may have to wait until SQS delivers the job's message again.
  const letterMs = path.isRedriven && caller === 'worker' ? VISIBILITY_MS : 0;
  return recoveryMs + letterMs + answerMs(path.tokens ?? 1);
}

const SINGLE_ATTEMPTS = /models|publish|deadLetters|Bedrock|PutEvents|circuits|buckets|Receive/;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
