import type { RowUpdate } from '../../lambda/core/jobs/row-update.ts';
import type { Tamper } from './processes.ts';
import type { Promised } from './promises.ts';
import {
  changing,
  isClaim,
  isDeferral,
  isEnd,
  isRedrive,
  isSuccess,
  isUnsent,
  neverAborting,
  renewingNothing,
  sendingDeadLettersFirst,
  sendingEachMinute,
  storingAfterTheRow,
  withoutDueTime,
  withoutGeneration,
} from './tampering.ts';

export interface SeededBug {
  readonly name: string;
  /** The path on which the exploration must find the bug. */
  readonly path: string;
  /** The number of faults that it takes to show the bug. @default 1 */
  readonly depth?: 1 | 2;
  /** A promise that the bug breaks; it may break others too. */
  readonly breaks: Promised;
  readonly tamper: Tamper;
}

const YEAR_MS = 365 * 86_400_000;

/** Bugs that a careless change could introduce. */
export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    name: 'a claim ignores a live lease and an end state',
    path: 'deferred, each message delivered twice',
    breaks: 'kept by a live worker',
    tamper: changing(isClaim, (change) => ({ ...change, when: [] })),
  },
  {
    name: 'a late second worker overwrites the end state',
    path: 'answered at once',
    breaks: 'one result',
    tamper: changing(isSuccess, (change) => ({ ...change, when: [] })),
  },
  {
    name: 'a late second worker overwrites the result object',
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
    path: 'a worker dies, the sweeper requeues the job',
    breaks: 'ends as it should',
    tamper: changing(isClaim, (change) => {
      const leaseUntil = (change.set.leaseUntil ?? 0) + YEAR_MS;
      return { ...change, set: { ...change.set, leaseUntil, dueAt: leaseUntil } };
    }),
  },
  {
    name: 'a lease is not renewed while a call runs',
    path: 'answered at length',
    breaks: 'kept by a live worker',
    tamper: renewingNothing,
  },
  {
    name: 'a call goes on after its job was cancelled',
    path: 'cancelled while its answer streams',
    breaks: 'no call without its lease',
    tamper: neverAborting,
  },
  {
    name: 'a call goes on after its lease was lost',
    path: 'answered at length',
    breaks: 'no call without its lease',
    tamper: neverAborting,
  },
  {
    name: 'a run does not write how many failed calls it was charged with',
    path: 'no model answers it, dead-lettered',
    breaks: 'ends',
    tamper: changing(isDeferral, ({ set: { failedCalls: _, ...set }, ...change }) => ({
      ...change,
      set,
    })),
  },
  {
    name: 'a deferral keeps the targets that the run has called',
    path: 'no time left after the first call',
    breaks: 'ends',
    tamper: changing(isDeferral, ({ remove = [], ...change }) => ({
      ...change,
      remove: remove.filter((field) => field !== 'calledTargets'),
    })),
  },
  {
    name: 'a dead letter is sent before its job ends',
    path: 'no model answers it, dead-lettered',
    breaks: 'no dead letter of an open job',
    tamper: sendingDeadLettersFirst,
  },
  {
    name: 'claims are not counted, so a poison job never ends',
    path: 'poison, dead-lettered',
    breaks: 'ends',
    tamper: changing(isClaim, (change) => ({ ...change, add: undefined })),
  },
  {
    name: 'a deferral does not return its claim',
    path: 'deferred twice',
    breaks: 'ends as it should',
    tamper: changing(isDeferral, ({ set: { claims: _, ...set }, ...change }) => ({
      ...change,
      set,
    })),
  },
  {
    name: 'a deferral keeps the generation, so a duplicate message runs at once',
    path: 'deferred, each message delivered twice',
    breaks: 'no call before its time',
    tamper: changing(isDeferral, withoutGeneration),
  },
  {
    name: 'the sweeper does not check whether the queue is empty, so a lost message is missed late',
    path: 'answered at once',
    breaks: 'no later than promised',
    tamper: (ports) => ({ ...ports, queue: { ...ports.queue, countWaiting: async () => 1 } }),
  },
  {
    name: 'a failed send is not recorded in the row',
    path: 'accepted while the queue is down, in a busy hour',
    breaks: 'no later than promised',
    tamper: changing(isUnsent, (change) => ({ ...change, set: {}, remove: [] })),
  },
  {
    name: 'the row is written before the prompt',
    path: 'answered at once',
    breaks: 'ends as it should',
    tamper: (ports) => {
      let put = async () => 0;
      return {
        ...ports,
        results: {
          ...ports.results,
          putPrompt: async (...prompt) => {
            put = () => ports.results.putPrompt(...prompt);
            return 0;
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
    name: 'the row is written before the files are copied',
    path: 'answered with a file',
    breaks: 'ends as it should',
    tamper: (ports) => {
      let copy = async () => true;
      return {
        ...ports,
        uploads: {
          ...ports.uploads,
          copy: async (...given) => {
            copy = () => ports.uploads.copy(...given);
            return true;
          },
        },
        jobs: {
          ...ports.jobs,
          create: async (...given) => {
            const created = await ports.jobs.create(...given);
            if (created.created) await copy();
            return created;
          },
        },
      };
    },
  },
  {
    name: 'the row names a result that is not yet stored',
    path: 'answered at once',
    breaks: 'result readable',
    tamper: storingAfterTheRow(isSuccess, (results, hold) => ({
      putAnswer: async (...given) => {
        hold(() => results.putAnswer(...given));
        return 1;
      },
    })),
  },
  {
    name: 'the row names the text of a refusal that is not yet stored',
    path: 'refused as invalid',
    breaks: 'refusal readable',
    tamper: storingAfterTheRow(
      ({ set }) => set.error?.hasDetail === true,
      (results, hold) => ({
        putErrorDetail: async (...given) => hold(() => results.putErrorDetail(...given)),
      }),
    ),
  },
  {
    name: 'a repeated request replaces the row',
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
    name: 'a repeated write does not recognise that it was already applied',
    path: 'answered at once',
    breaks: 'no later than promised',
    // NaN does not equal itself, so a row with this cost never looks as if the update was applied.
    tamper: changing(isClaim, (change) => ({
      ...change,
      set: { ...change.set, costUsd: Number.NaN },
    })),
  },
  {
    name: 'the sweeper resends every waiting job each minute',
    path: 'behind a backlog of 20 minutes',
    breaks: 'no storm of messages',
    tamper: sendingEachMinute,
  },
  {
    name: 'the sweeper never sees an unsent job',
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
    name: 'a redrive keeps the generation, so its event counts as published',
    path: 'dead-lettered, then redriven',
    breaks: 'at least one event',
    tamper: changing(isRedrive, withoutGeneration),
  },
  {
    name: 'a cancel of a running job is not recorded',
    path: 'cancelled while it runs',
    breaks: 'ends as it should',
    tamper: changing(
      ({ set }) => set.cancelRequested === true,
      (change) => ({ ...change, set: {} }),
    ),
  },
  {
    name: 'an event is marked as published too early',
    path: 'answered at once',
    breaks: 'at least one event',
    tamper: (ports) => ({
      ...ports,
      bus: {
        publish: async (events) => {
          const published: RowUpdate = { when: [], set: {}, remove: ['eventPending', 'dueAt'] };
          for (const { jobId } of events) await ports.jobs.update(jobId, published);
          return ports.bus.publish(events);
        },
      },
    }),
  },
  {
    name: 'an end is not left to the sweeper',
    path: 'answered at once',
    breaks: 'at least one event',
    tamper: changing(isEnd, withoutDueTime),
  },
  {
    name: 'a redrive deletes the dead letter before it updates the row',
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
    name: 'a failed send to the dead-letter queue is ignored',
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
    name: 'an unreadable message is dropped',
    path: 'beside an unreadable message',
    breaks: 'dead letter kept',
    tamper: (ports) => ({
      ...ports,
      queue: { ...ports.queue, deadLetter: async () => undefined },
    }),
  },
  {
    name: 'all claims have the same token',
    path: 'answered at once',
    breaks: 'result readable',
    tamper: changing(isClaim, (change) => ({
      ...change,
      set: { ...change.set, claimToken: 'always-the-same' },
    })),
  },
];
