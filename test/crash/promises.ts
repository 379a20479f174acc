import { hasEnded } from '../../lambda/contract/words.ts';
import type { InjectedFault } from './faults.ts';
import { answerText } from './model.ts';
import type { Path } from './paths.ts';
import type { RunResult } from './run-result.ts';

/** The promises that hold for every job, whatever fails. */
export type Promised =
  | 'ends'
  | 'ends as it should'
  | 'one result'
  | 'result readable'
  | 'no call before its time'
  | 'no call after its cancel'
  | 'one extra call per crash'
  | 'at least one event'
  | 'dead letter kept'
  | 'no storm of messages'
  | 'no later than promised';

export const PROMISES: Readonly<Record<Promised, (run: Run) => boolean>> = {
  ends: ({ result: { isAtRest, isAccepted, row } }) =>
    isAtRest && isAccepted && row !== undefined && hasEnded(row.status),

  // A job may succeed in spite of a cancel if a model had answered before it.
  'ends as it should': ({ path, result: { row, isCancelAccepted } }) =>
    row?.status === path.ends ||
    (path.cancel !== undefined && !isCancelAccepted && row?.status === 'SUCCEEDED'),

  'one result': ({ result }) => !result.violations.some((each) => each.startsWith('an end')),

  // Every answer is different, so this finds a row that names the object of another answer.
  'result readable': ({ result: { row, view } }) =>
    row?.status !== 'SUCCEEDED' ||
    (view !== undefined && view.result?.text === answerText(row.usage?.outputTokens ?? 0)),

  'no call before its time': ({ result }) =>
    !result.violations.some((each) => each.startsWith('a deferred job')),

  'no call after its cancel': ({ result }) =>
    !result.violations.some((each) => each.startsWith('a cancelled job')),

  'one extra call per crash': ({ result, baseline }) =>
    result.answered <= baseline.answered + result.injected.length,

  'at least one event': ({ path, result: { row, events } }) => {
    if (!row || !hasEnded(row.status)) return true;
    if (path.jobs?.completionEvents === false) return events.length === 0;
    const published = events.filter(({ id }) => id === `${row.jobId}#${row.generation}`);
    return published.length > 0 && published.every(({ status }) => status === row.status);
  },

  'dead letter kept': ({ path, result: { row, deadLetters } }) =>
    (row?.status !== 'DEAD_LETTERED' && path.unreadable === undefined) || deadLetters > 0,

  'no storm of messages': ({ result, baseline }) =>
    result.sends <= baseline.sends + EXTRA_SENDS_PER_FAULT * result.injected.length,

  'no later than promised': ({ path, result, baseline }) => {
    const delayMs = (result.row?.completedAt ?? 0) - (baseline.row?.completedAt ?? 0);
    return delayMs <= sum(result.injected.map((fault) => longestDelayMs(fault, path)));
  },
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

/** A fault may cause two extra messages: one from the SDK's next attempt and one from the sweeper. */
const EXTRA_SENDS_PER_FAULT = 2;

const MINUTE_MS = 60_000;

/** Returns by how much one fault may delay the end of a job. */
function longestDelayMs(
  { caller, fault, name }: InjectedFault,
  { isBusyHour = false }: Path,
): number {
  // The SDK's next attempt recovers at once, except for calls that have a single attempt.
  const isRepeated = !/converse|publish|deadLetters|Converse|PutEvents|circuits|Receive/.test(name);
  if (fault === 'answer-lost' && isRepeated) return 0;
  switch (caller) {
    case 'request':
    case 'sweeper':
    case 'operator':
      // While other messages wait in the queue, the sweeper resends a missing one after 15 minutes.
      return isBusyHour ? 17 * MINUTE_MS : 3 * MINUTE_MS;
    case 'worker':
      // SQS redelivers a message that was not deleted after 15 minutes.
      return 17 * MINUTE_MS;
    default:
      return caller satisfies never;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
