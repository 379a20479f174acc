import { beforeEach, describe, expect, test } from '@jest/globals';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import { completionEvent } from '../../../lambda/core/jobs/completion-event.ts';
import { EventPublisher } from '../../../lambda/core/jobs/event-publisher.ts';
import { aJob } from '../../support/job-builders.ts';
import { aWorld, type World } from '../../support/job-world.ts';

let world: World;
let publisher: EventPublisher;
beforeEach(() => {
  world = aWorld();
  publisher = new EventPublisher(world.bus, world.log, world.metrics);
});

const events = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const event = completionEvent(aJob({ jobId: `job-${i}`, status: 'SUCCEEDED' }));
    if (!event) throw new Error('the job has not ended');
    return event;
  });

const publishAll = (count: number) =>
  Promise.all(events(count).map((event) => publisher.publish(event)));

const leftToSweeper = (unpublished: number, error: string) => ({
  message: 'completion events not published; the sweeper will publish them',
  fields: { unpublished, error },
});

describe('an event', () => {
  test('is published at once; events that arrive during a request share the next ones, ten at most', async () => {
    expect(await publishAll(25)).toEqual(Array.from({ length: 25 }, () => true));

    expect(world.bus.requests).toEqual([1, 10, 10, 4]);
    expect(world.bus.events).toEqual(events(25));
    expect([world.counts, world.logged]).toEqual([{}, []]);
  });

  test('that is refused does not affect the others of its request', async () => {
    world.bus.refused.add(events(3)[1]?.id ?? '');

    expect(await publishAll(3)).toEqual([true, false, true]);

    expect(world.counts).toEqual({ [METRIC.eventsUnsent]: 1 });
    expect(world.logged).toEqual([leftToSweeper(1, 'refused')]);
  });

  test('fails together with all waiting events in one request if the bus is down', async () => {
    let requests = 0;
    world.bus.publish = async () => {
      requests += 1;
      throw new TypeError('bus down');
    };

    expect(await publishAll(25)).toEqual(Array.from({ length: 25 }, () => false));

    expect(requests).toBe(1);
    expect(world.counts).toEqual({ [METRIC.eventsUnsent]: 25 });
    expect(world.logged).toEqual([leftToSweeper(25, 'TypeError')]);
  });

  test('that arrives after a failure is published in a new request', async () => {
    world.bus.isDown = true;
    await publishAll(2);
    world.bus.isDown = false;

    expect(await publishAll(2)).toEqual([true, true]);
  });

  test('that the bus does not mention in its response counts as refused', async () => {
    world.bus.publish = async () => [];

    expect(await publishAll(1)).toEqual([false]);
    expect(world.counts).toEqual({ [METRIC.eventsUnsent]: 1 });
  });
});
