import { describe, expect, test } from '@jest/globals';
import { redriveAlone } from '../../lambda/admin/one-redrive.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { redriveRequest } from '../../lambda/contract/schemas/redrive.ts';
import type { CircuitState } from '../../lambda/contract/words.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { aJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, rowOf } from '../support/job-world.ts';
import { MemoryDeadLetters } from '../support/memory-dead-letters.ts';
import { memoryRedriveLease } from '../support/memory-redrive-lease.ts';

const ADA = 'arn:aws:iam::1:user/ada';
const FUNCTION_MS = 28_000;

const aDeadJob = (fields: Partial<Job> = {}) =>
  aJob({ status: 'DEAD_LETTERED', claims: 5, completedAt: START, dueAt: undefined, ...fields });
const idOf = (i: number) => i.toString(16).padStart(32, '0');
/** Messages of other jobs. */
const others = (count: number) =>
  Array.from({ length: count }, (_, i) => encodeMessage(aJob({ jobId: idOf(i) })));

interface Options {
  readonly job?: Job;
  /** The bodies in the dead-letter queue, oldest first. @default the job's message */
  readonly bodies?: readonly string[];
  /** The state of all circuits. */
  readonly state?: CircuitState;
}

function anInstance({ job, bodies = [encodeMessage(aJob())], state = 'CLOSED' }: Options) {
  const world = aWorld();
  if (job) world.jobs.rows.set(job.jobId, job);
  const deadLetters = new MemoryDeadLetters(bodies);
  const summary = { state, untilMs: START + 3_600_000 };
  const dependencies = {
    ...world,
    deadLetters,
    redriveLease: memoryRedriveLease(),
    circuits: {
      summaries: async (keys: readonly string[]) => keys.map((key) => ({ key, ...summary })),
    },
    disabledTargets: { all: async () => ({}) },
  };
  const redrive = (request: object = {}) =>
    redriveAlone(
      dependencies,
      world.settings,
      redriveRequest.parse({ jobId: JOB_ID, ...request }),
      ADA,
      world.clock.now() + FUNCTION_MS,
    );
  return { ...world, deadLetters, redrive };
}

const report = { moved: 1, skipped: 0, held: 0, unreadable: 0, left: 0, dryRun: false };

describe('the redrive of one job', () => {
  test('moves the job and removes its message, and no other', async () => {
    const bodies = [...others(12), encodeMessage(aJob()), ...others(12)];
    const instance = anInstance({ job: aDeadJob(), bodies });

    expect(await instance.redrive()).toEqual({ kind: 'ended', report: { ...report, left: 24 } });

    const generation = aJob().generation + 1;
    expect(rowOf(instance, JOB_ID)).toMatchObject({ status: 'QUEUED', claims: 0, redrives: 1 });
    const message = { jobId: JOB_ID, generation, tenant: 'tenant' };
    expect(instance.queue.sent).toEqual([{ message, delayMs: 0 }]);
    expect([...instance.deadLetters.bodies.values()]).not.toContain(encodeMessage(aJob()));
    expect(instance.deadLetters.hidden.size).toBe(0);
    expect(instance.counts[METRIC.jobsRedriven]).toBe(1);
  });

  test('releases the messages of other jobs only, and looks no further than its own', async () => {
    const instance = anInstance({
      job: aDeadJob(),
      bodies: [...others(2), encodeMessage(aJob()), ...others(15)],
    });

    await instance.redrive();

    expect(instance.deadLetters.pages).toBe(1);
    const own = encodeMessage(aJob());
    expect(instance.deadLetters.released).toHaveLength(9);
    expect(instance.deadLetters.released.some(({ body }) => body === own)).toBe(false);
  });

  test.each<[string, readonly string[], number]>([
    ['is not there', others(3), 2],
    ['is behind 200 others', [...others(205), encodeMessage(aJob())], 20],
  ])('moves a job whose message %s', async (_, bodies, pages) => {
    const instance = anInstance({ job: aDeadJob(), bodies });

    const left = bodies.length;
    expect(await instance.redrive()).toEqual({ kind: 'ended', report: { ...report, left } });
    expect(rowOf(instance, JOB_ID).status).toBe('QUEUED');
    expect(instance.deadLetters.pages).toBe(pages);
    expect(instance.deadLetters.hidden.size).toBe(0);
  });

  test('writes the row before the message, and both before it looks into the dead-letter queue', async () => {
    const instance = anInstance({ job: aDeadJob() });
    instance.queue.isDown = true;

    await expect(instance.redrive()).rejects.toThrow('queue down');

    // From here the sweeper sends the message.
    expect(rowOf(instance, JOB_ID).status).toBe('QUEUED');
    expect(instance.deadLetters.pages).toBe(0);
  });

  test('reports the move even if the message cannot be removed', async () => {
    const instance = anInstance({ job: aDeadJob() });
    instance.deadLetters.remove = () => Promise.reject(new Error('queue down'));

    expect(await instance.redrive()).toEqual({ kind: 'ended', report: { ...report, left: 1 } });
    expect(instance.logged).toContainEqual({
      message: 'dead letter of a redriven job not removed',
      fields: { jobId: JOB_ID, error: 'Error' },
    });
  });

  test('stops looking for the message when its function is nearly over', async () => {
    const instance = anInstance({ job: aDeadJob(), bodies: others(50) });
    const receive = instance.deadLetters.receive.bind(instance.deadLetters);
    instance.deadLetters.receive = async (max) => {
      await instance.clock.sleep(12_000);
      return receive(max);
    };

    expect(await instance.redrive()).toMatchObject({ kind: 'ended', report: { moved: 1 } });
    expect(instance.deadLetters.pages).toBe(2);
    expect(instance.deadLetters.hidden.size).toBe(0);
  });

  test('changes nothing in a dry run', async () => {
    const instance = anInstance({ job: aDeadJob() });

    const dryRun = { ...report, left: 1, dryRun: true };
    expect(await instance.redrive({ dryRun: true })).toEqual({ kind: 'ended', report: dryRun });
    expect(rowOf(instance, JOB_ID)).toEqual(aDeadJob());
    expect([instance.queue.sent, instance.deadLetters.pages]).toEqual([[], 0]);
    expect(await instance.redrive()).toMatchObject({ kind: 'ended', report: { moved: 1 } });
  });

  test.each([true, false])(
    'holds the job while every target is out (dry run: %s)',
    async (dryRun) => {
      const instance = anInstance({ job: aDeadJob(), state: 'OPEN' });

      expect(await instance.redrive({ dryRun })).toEqual({
        kind: 'ended',
        report: { ...report, moved: 0, held: 1, left: 1, dryRun },
      });
      expect(rowOf(instance, JOB_ID)).toEqual(aDeadJob());
    },
  );

  test.each<[string, Partial<Job>]>([
    ['status is SUCCEEDED', { status: 'SUCCEEDED' }],
    ['status is QUEUED', { status: 'QUEUED' }],
    ['content was purged', { purge: 'done' }],
    ['content was purged', { purge: 'begun' }],
  ])('is refused for a job whose %s', async (why, fields) => {
    const job = aDeadJob(fields);
    const instance = anInstance({ job });

    for (const dryRun of [true, false]) {
      const refusal = { kind: 'not-redrivable', detail: `got a job whose ${why}` };
      expect(await instance.redrive({ dryRun })).toEqual(refusal);
    }
    expect(rowOf(instance, JOB_ID)).toEqual(job);
  });

  test.each<[string, Job | undefined]>([
    ['unknown', undefined],
    ['expired', aDeadJob({ expiresAt: START / 1000 })],
  ])('finds no job that is %s', async (_, job) => {
    expect(await anInstance({ job }).redrive()).toEqual({ kind: 'unknown' });
  });

  test('is refused if somebody else has moved or purged the job since its row was read', async () => {
    const instance = anInstance({ job: aDeadJob() });
    instance.jobs.get = async () => aDeadJob({ generation: 1 });
    instance.jobs.rows.set(JOB_ID, aJob({ status: 'RUNNING' }));

    const refusal = { kind: 'not-redrivable', detail: 'got a job whose status is RUNNING' };
    expect(await instance.redrive()).toEqual(refusal);
    instance.jobs.rows.delete(JOB_ID);
    expect(await instance.redrive()).toEqual({ kind: 'unknown' });
  });

  test('counts in the rate of all redrives, and not if it moved nothing', async () => {
    const instance = anInstance({ job: aDeadJob() });

    await instance.redrive({ maxPerSecond: 0.5, dryRun: true });
    await instance.redrive({ maxPerSecond: 0.5 });

    expect(await instance.redrive()).toEqual({
      kind: 'refused',
      holder: ADA,
      untilMs: START + 2_000,
    });
  });
});
