import { buildApp } from 'fauxqs';
import { z } from 'zod';
import type { AccessControl } from '../iam.ts';
import type { Handler } from '../loopback.ts';
import type { Stack } from '../stack.ts';
import { askFauxqs, type Fauxqs } from './fauxqs.ts';
import { guardObjects } from './object-guards.ts';
import { guardQueues } from './queue-guards.ts';
import { createQueues, type Queues } from './queues.ts';

export interface QueuesAndObjects {
  readonly handler: Handler;
  readonly queues: Queues;
  close(): Promise<void>;
}

/** Serves SQS and S3 with fauxqs, and adds the rules of the real services that fauxqs lacks. */
export async function serveQueuesAndObjects(
  stack: Stack,
  access: AccessControl,
): Promise<QueuesAndObjects> {
  const app = buildApp({ logger: false });
  guardQueues(app, access);
  guardObjects(app, access);
  await app.ready();
  for (const { ref } of stack.resources('AWS::S3::Bucket', z.looseObject({}))) {
    await createBucket(app, ref);
  }
  return {
    handler: (request, response) => app.routing(request, response),
    queues: await createQueues(app, stack),
    close: () => app.close(),
  };
}

async function createBucket(app: Fauxqs, bucket: string): Promise<void> {
  const { statusCode, payload } = await askFauxqs(app, { method: 'PUT', url: `/${bucket}` });
  if (statusCode !== 200) throw new Error(`creating bucket ${bucket} failed: ${payload}`);
}
