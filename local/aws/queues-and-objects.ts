import { z } from 'zod';
import type { Handler } from '../../console/server/loopback.ts';
import type { AccessControl } from '../iam.ts';
import type { Stack } from '../stack.ts';
import { KIND, type Unkind } from '../unkind.ts';
import { emptyShortPolls } from './empty-polls.ts';
import { deliverFairly } from './fair-delivery.ts';
import { askFauxqs, createFauxqs, type Fauxqs } from './fauxqs.ts';
import { serveForms } from './form-posts.ts';
import { guardObjects } from './object-guards.ts';
import { isFormPost } from './operations.ts';
import { guardQueues } from './queue-guards.ts';
import { createQueues, type Queues } from './queues.ts';
import { restlessQueues } from './restless-queues.ts';

/** A queue with few messages has them on few of SQS's servers, so most short polls miss them. */
const EMPTY_POLLS_SHARE = 0.7;
/** The shares of messages that SQS delivers twice, and after later messages. */
const REPEATED_SHARE = 0.1;
const LATE_SHARE = 0.1;

export interface QueuesAndObjects {
  readonly handler: Handler;
  readonly queues: Queues;
  close(): Promise<void>;
}

/** Serves SQS and S3 with fauxqs, and adds the rules of the real services that fauxqs lacks. */
export async function serveQueuesAndObjects(
  stack: Stack,
  access: AccessControl,
  unkind: Unkind = KIND,
): Promise<QueuesAndObjects> {
  const { app, queues, objects } = await createFauxqs();
  deliverFairly(app, queues);
  guardQueues(app, access);
  guardObjects(app, access, { hidesMissing: unkind.has('s3-403') });
  const forms = serveForms(objects, access);
  emptyShortPolls(app, unkind.chance('empty-polls', EMPTY_POLLS_SHARE));
  await app.ready();
  for (const { ref } of stack.resources('AWS::S3::Bucket', z.looseObject({}))) {
    await createBucket(app, ref);
  }
  return {
    handler: (request, response) =>
      isFormPost(request) ? forms(request, response) : app.routing(request, response),
    queues: deliver(await createQueues(app, stack), unkind),
    close: () => app.close(),
  };
}

function deliver(queues: Queues, unkind: Unkind): Queues {
  if (!unkind.has('duplicates')) return queues;
  return restlessQueues(queues, {
    repeats: unkind.chance('duplicates', REPEATED_SHARE),
    isLate: unkind.chance('duplicates', LATE_SHARE),
    random: unkind.random('duplicates'),
  });
}

async function createBucket(app: Fauxqs, bucket: string): Promise<void> {
  const { statusCode, payload } = await askFauxqs(app, { method: 'PUT', url: `/${bucket}` });
  if (statusCode !== 200) throw new Error(`creating bucket ${bucket} failed: ${payload}`);
}
