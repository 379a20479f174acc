import { hasEnded } from '../../lambda/contract/words.ts';
import type { Strike } from './fates.ts';
import { answerText } from './model.ts';
import type { Path } from './paths.ts';
import type { Story } from './story.ts';

/** What is promised of every job, whatever breaks. */
export type Promised =
  | 'ends'
  | 'ends as it should'
  | 'one result'
  | 'result readable'
  | 'no call before its time'
  | 'no call after its cancel'
  | 'one extra call per crash'
  | 'one event at least'
  | 'dead letter kept'
  | 'no storm of messages'
  | 'no later than promised';

export const PROMISES: Readonly<Record<Promised, (run: Run) => boolean>> = {
  ends: ({ story: { isAtRest, isAccepted, row } }) =>
    isAtRest && isAccepted && row !== undefined && hasEnded(row.status),

  // An answer that was there before the cancel wins.
  'ends as it should': ({ path, story: { row, isCancelAccepted } }) =>
    row?.status === path.ends ||
    (path.cancel !== undefined && !isCancelAccepted && row?.status === 'SUCCEEDED'),

  'one result': ({ story }) => !story.oddities.some((each) => each.startsWith('an end')),

  /** Each answer is unlike any other: the row and its object tell of the same one. */
  'result readable': ({ story: { row, view } }) =>
    row?.status !== 'SUCCEEDED' ||
    (view !== undefined && view.result?.text === answerText(row.usage?.outputTokens ?? 0)),

  'no call before its time': ({ story }) =>
    !story.oddities.some((each) => each.startsWith('a deferred job')),

  'no call after its cancel': ({ story }) =>
    !story.oddities.some((each) => each.startsWith('a cancelled job')),

  'one extra call per crash': ({ story, unharmed }) =>
    story.answered <= unharmed.answered + story.strikes.length,

  'one event at least': ({ path, story: { row, events } }) => {
    if (!row || !hasEnded(row.status)) return true;
    if (path.jobs?.completionEvents === false) return events.length === 0;
    const told = events.filter(({ id }) => id === `${row.jobId}#${row.generation}`);
    return told.length > 0 && told.every(({ status }) => status === row.status);
  },

  'dead letter kept': ({ path, story: { row, deadLetters } }) =>
    (row?.status !== 'DEAD_LETTERED' && path.unreadable === undefined) || deadLetters > 0,

  'no storm of messages': ({ story, unharmed }) =>
    story.sends <= unharmed.sends + MOST_TWINS * story.strikes.length,

  'no later than promised': ({ path, story, unharmed }) => {
    const delayMs = (story.row?.completedAt ?? 0) - (unharmed.row?.completedAt ?? 0);
    return delayMs <= sum(story.strikes.map((strike) => longestDelayMs(strike, path)));
  },
};

export interface Run {
  readonly path: Path;
  readonly story: Story;
  /** The same path, and nothing struck. */
  readonly unharmed: Story;
}

export function broken(run: Run): readonly Promised[] {
  const promises = Object.entries(PROMISES) as [Promised, (run: Run) => boolean][];
  return promises.filter(([, holds]) => !holds(run)).map(([name]) => name);
}

/** The SDK sends again what it has sent, and the sweeper once more. */
const MOST_TWINS = 2;

const MINUTE_MS = 60_000;

/** How much later a job may end for what has struck. */
function longestDelayMs({ caller, fate, name }: Strike, { isBusyHour = false }: Path): number {
  // The SDK's next attempt makes up for it, but for calls that have one attempt.
  const isRepeated = !/converse|publish|deadLetters|Converse|PutEvents|circuits|Receive/.test(name);
  if (fate === 'answer-lost' && isRepeated) return 0;
  switch (caller) {
    case 'request':
    case 'sweeper':
    case 'operator':
      // While other messages wait, one that is missing is missed after a quarter of an hour.
      return isBusyHour ? 17 * MINUTE_MS : 3 * MINUTE_MS;
    case 'worker':
      // A message that is not deleted comes back after a quarter of an hour.
      return 17 * MINUTE_MS;
    default:
      return caller satisfies never;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
