/** Building blocks for seeded bugs. Each changes a call between a function and its ports. */
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { hasEnded } from '../../lambda/contract/words.ts';
import type { RowUpdate } from '../../lambda/core/jobs/row-update.ts';
import type { Ports } from './platform.ts';
import type { Tamper } from './processes.ts';

/** Changes the row updates that match. */
export function changing(
  isMeant: (change: RowUpdate) => boolean,
  change: (given: RowUpdate) => RowUpdate,
): Tamper {
  return (ports) => ({
    ...ports,
    jobs: {
      ...ports.jobs,
      update: (jobId, given) => ports.jobs.update(jobId, isMeant(given) ? change(given) : given),
    },
  });
}

/**
 * Stores something only after the row's update that names it. `held` returns the methods of the result
 * store that hold their call back.
 */
export function storingAfterTheRow(
  isMeant: (change: RowUpdate) => boolean,
  held: (
    results: Ports['results'],
    hold: (put: () => Promise<unknown>) => void,
  ) => Partial<Ports['results']>,
): Tamper {
  return ({ results, jobs, ...ports }) => {
    let put: () => Promise<unknown> = async () => undefined;
    const holding = held(results, (later) => {
      put = later;
    });
    return {
      ...ports,
      results: { ...results, ...holding },
      jobs: {
        ...jobs,
        update: async (jobId, change) => {
          const updated = await jobs.update(jobId, change);
          if (isMeant(change)) await put();
          return updated;
        },
      },
    };
  };
}

/** Makes the sweeper treat every waiting job as unsent and due at once. */
export function sendingEachMinute(ports: Ports): Ports {
  const { jobs } = changing(
    ({ set }) => set.sentAt !== undefined,
    (change) => ({ ...change, set: { ...change.set, dueAt: change.set.sentAt } }),
  )(ports);
  return {
    ...ports,
    jobs: {
      ...jobs,
      async *due(shard, now) {
        for await (const page of jobs.due(shard, now, now)) {
          yield page.map(({ sentAt: _, ...job }) => job);
        }
      },
    },
  };
}

/** Makes every renewal of a lease look successful without doing it. */
export function renewingNothing(ports: Ports): Ports {
  const { jobs } = ports;
  return {
    ...ports,
    jobs: {
      ...jobs,
      update: async (jobId, change) => {
        const current = isRenewal(change) ? await jobs.get(jobId) : undefined;
        return current
          ? { applied: true, job: { ...current, ...change.set } }
          : jobs.update(jobId, change);
      },
    },
  };
}

/** Sends the dead letter of a job before the job ends. */
export function sendingDeadLettersFirst(ports: Ports): Ports {
  const { jobs, queue } = ports;
  return {
    ...ports,
    jobs: {
      ...jobs,
      update: async (jobId, change) => {
        const current = change.set.status === 'DEAD_LETTERED' ? await jobs.get(jobId) : undefined;
        if (current) await queue.deadLetter(encodeMessage(current), 'too early');
        return jobs.update(jobId, change);
      },
    },
    queue: { ...queue, deadLetter: async () => undefined },
  };
}

/** Keeps every model call from being aborted. */
export function neverAborting(ports: Ports): Ports {
  const { models } = ports;
  const { signal } = new AbortController();
  return {
    ...ports,
    models: {
      countTokens: (...given) => models.countTokens(...given),
      converse: (request, limits, watch) => models.converse(request, limits, { ...watch, signal }),
    },
  };
}

function isRenewal({ set, add }: RowUpdate): boolean {
  return set.leaseUntil !== undefined && add === undefined;
}

export function isClaim({ add }: RowUpdate): boolean {
  return add !== undefined;
}

export function isSuccess({ set }: RowUpdate): boolean {
  return set.status === 'SUCCEEDED';
}

export function isDeferral({ set }: RowUpdate): boolean {
  return set.status === 'DEFERRED';
}

/** Matches the update that records a failed send. */
export function isUnsent({ set, remove }: RowUpdate): boolean {
  return set.status === undefined && remove?.includes('sentAt') === true;
}

/** Matches the update that ends a job. */
export function isEnd({ set }: RowUpdate): boolean {
  return set.status !== undefined && hasEnded(set.status);
}

/** Matches the update that queues a job again after its run was lost. */
export function isRequeue({ set }: RowUpdate): boolean {
  return set.status === 'QUEUED' && set.generation !== undefined && set.redrives === undefined;
}

export function isRedrive({ set }: RowUpdate): boolean {
  return set.redrives !== undefined;
}

export function withoutGeneration({
  set: { generation: _, ...set },
  ...change
}: RowUpdate): RowUpdate {
  return { ...change, set };
}

/** Takes the row out of the sweeper's index. */
export function withoutDueTime({
  set: { dueAt: _, ...set },
  remove = [],
  when,
}: RowUpdate): RowUpdate {
  return { when, set, remove: [...remove, 'dueAt'] };
}
