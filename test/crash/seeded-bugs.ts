import type { RowUpdate } from '../../lambda/core/jobs/row-update.ts';
import type { Promised } from './checks.ts';
import type { Tamper } from './processes.ts';
import {
  changing,
  isClaim,
  isDeferral,
  isLeftToSweeper,
  isRedrive,
  isSuccess,
  isUnsent,
  overlookingUnpublishedEnds,
  sendingEachMinute,
  withoutGeneration,
} from './tampering.ts';

export interface SeededBug {
  readonly name: string;
  /** The path on which it is looked for. */
  readonly path: string;
  /** Without two faults it does not show. @default 1 */
  readonly depth?: 1 | 2;
  /** What it breaks at the least. */
  readonly breaks: Promised;
  readonly tamper: Tamper;
}

const YEAR_MS = 365 * 86_400_000;

/** What a careless change could do to us, one at a time. */
export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    name: 'a claim does not ask for a live lease or an end',
    path: 'deferred, each message delivered twice',
    breaks: 'one result',
    tamper: changing(isClaim, (change) => ({ ...change, when: [] })),
  },
  {
    name: 'a late twin overwrites the end',
    path: 'answered at once',
    breaks: 'one result',
    tamper: changing(isSuccess, (change) => ({ ...change, when: [] })),
  },
  {
    name: 'a late twin overwrites the object of the result',
    path: 'answered at once',
    breaks: 'result readable',
    tamper: (ports) => {
      const { results } = ports;
      return {
        ...ports,
        results: {
          ...results,
          putAnswer: ({ jobId }, answer) => results.putAnswer({ jobId, claimToken: '' }, answer),
          getAnswer: ({ jobId }) => results.getAnswer({ jobId, claimToken: '' }),
        },
      };
    },
  },
  {
    name: 'a lease never expires',
    path: 'a worker dies, the sweeper helps',
    breaks: 'ends as it should',
    tamper: changing(isClaim, (change) => {
      const leaseUntil = (change.set.leaseUntil ?? 0) + YEAR_MS;
      return { ...change, set: { ...change.set, leaseUntil, dueAt: leaseUntil } };
    }),
  },
  {
    name: 'a claim is not counted: poison never ends',
    path: 'poison, dead-lettered',
    breaks: 'ends',
    tamper: changing(isClaim, (change) => ({ ...change, add: undefined })),
  },
  {
    name: 'a deferral spends its claim',
    path: 'deferred twice',
    breaks: 'ends as it should',
    tamper: changing(isDeferral, ({ set: { claims: _, ...set }, ...change }) => ({
      ...change,
      set,
    })),
  },
  {
    name: 'a deferral keeps the generation: the twin of its message runs at once',
    path: 'deferred, each message delivered twice',
    breaks: 'no call before its time',
    tamper: changing(isDeferral, withoutGeneration),
  },
  {
    name: 'nobody asks whether the queue is empty: a job that only looks sent waits long',
    path: 'answered at once',
    breaks: 'no later than promised',
    tamper: (ports) => ({ ...ports, queue: { ...ports.queue, countWaiting: async () => 1 } }),
  },
  {
    name: 'a send that failed is not told to the row',
    path: 'accepted while the queue is down, in a busy hour',
    breaks: 'no later than promised',
    tamper: changing(isUnsent, (change) => ({ ...change, set: {}, remove: [] })),
  },
  {
    name: 'the row is written before the prompt',
    path: 'answered at once',
    breaks: 'ends as it should',
    tamper: (ports) => {
      let put = async () => {};
      return {
        ...ports,
        results: {
          ...ports.results,
          putPrompt: async (...prompt) => {
            put = () => ports.results.putPrompt(...prompt);
          },
        },
        jobs: {
          ...ports.jobs,
          create: async (...given) => {
            const created = await ports.jobs.create(...given);
            if (created.created) await put();
            return created;
          },
        },
      };
    },
  },
  {
    name: 'the row names a result that is not stored yet',
    path: 'answered at once',
    breaks: 'result readable',
    tamper: (ports) => {
      let put = async () => {};
      return {
        ...ports,
        results: {
          ...ports.results,
          putAnswer: async (...given) => {
            put = async () => void (await ports.results.putAnswer(...given));
            return 1;
          },
        },
        jobs: {
          ...ports.jobs,
          update: async (jobId, change) => {
            const updated = await ports.jobs.update(jobId, change);
            if (isSuccess(change)) await put();
            return updated;
          },
        },
      };
    },
  },
  {
    name: 'a repeated request puts the row anew',
    path: 'answered at once',
    breaks: 'one result',
    tamper: (ports) => ({
      ...ports,
      jobs: {
        ...ports.jobs,
        create: (job, now) => ports.jobs.create({ ...job }, now + YEAR_MS),
      },
    }),
  },
  {
    name: 'a write does not recognise itself when it is sent again',
    path: 'answered at once',
    breaks: 'no later than promised',
    // NaN equals nothing, itself included, so no row ever shows such a change.
    tamper: changing(isClaim, (change) => ({
      ...change,
      set: { ...change.set, costUsd: Number.NaN },
    })),
  },
  {
    name: 'the sweeper sends every waiting job each minute',
    path: 'behind a backlog of 40 minutes',
    breaks: 'no storm of messages',
    tamper: sendingEachMinute,
  },
  {
    name: 'a job that was not sent is nobody’s business',
    path: 'accepted while the queue is down',
    breaks: 'ends',
    tamper: (ports) => ({
      ...ports,
      jobs: {
        ...ports.jobs,
        create: ({ dueAt: _, ...job }, now) => ports.jobs.create(job, now),
      },
    }),
  },
  {
    name: 'a redrive keeps the generation: its end seems told',
    path: 'dead-lettered, then redriven',
    breaks: 'one event at least',
    tamper: changing(isRedrive, withoutGeneration),
  },
  {
    name: 'a cancel of a running job is not noted',
    path: 'cancelled while it runs',
    breaks: 'ends as it should',
    tamper: changing(
      ({ set }) => set.cancelRequested === true,
      (change) => ({ ...change, set: {} }),
    ),
  },
  {
    name: 'an event counts as told before it is',
    path: 'answered at once',
    breaks: 'one event at least',
    tamper: (ports) => ({
      ...ports,
      bus: {
        publish: async (events) => {
          const told: RowUpdate = { when: [], set: {}, remove: ['eventPending', 'dueAt'] };
          for (const { jobId } of events) await ports.jobs.update(jobId, told);
          return ports.bus.publish(events);
        },
      },
    }),
  },
  {
    name: 'a message that comes back for an untold end is dropped',
    path: 'answered at once',
    breaks: 'one event at least',
    tamper: overlookingUnpublishedEnds,
  },
  {
    name: 'a row does not learn that its event could not be put',
    path: 'answered at once',
    breaks: 'one event at least',
    tamper: changing(isLeftToSweeper, (change) => ({ ...change, set: {} })),
  },
  {
    name: 'a redrive deletes the message before it moves the row',
    path: 'dead-lettered, then redriven',
    breaks: 'ends as it should',
    tamper: (ports) => {
      const { deadLetters } = ports;
      return {
        ...ports,
        deadLetters: {
          ...deadLetters,
          remove: async () => {},
          receive: async (max) => {
            const letters = await deadLetters.receive(max);
            for (const letter of letters) await deadLetters.remove(letter);
            return letters;
          },
        },
      };
    },
  },
  {
    name: 'a dead letter is not parked when its first send fails',
    path: 'poison, dead-lettered',
    breaks: 'dead letter kept',
    tamper: (ports) => ({
      ...ports,
      queue: {
        ...ports.queue,
        deadLetter: (...letter) => ports.queue.deadLetter(...letter).catch(() => undefined),
      },
    }),
  },
  {
    name: 'a message that nobody can read is dropped',
    path: 'beside a message that nobody can read',
    breaks: 'dead letter kept',
    tamper: (ports) => ({
      ...ports,
      queue: { ...ports.queue, deadLetter: async () => undefined },
    }),
  },
  {
    name: 'all claims have one token',
    path: 'answered at once',
    breaks: 'result readable',
    tamper: changing(isClaim, (change) => ({
      ...change,
      set: { ...change.set, claimToken: 'always-the-same' },
    })),
  },
];
