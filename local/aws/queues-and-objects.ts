import { buildApp } from 'fauxqs';
import { z } from 'zod';
import { type AccessControl, credentialOf, OPERATOR_KEY_ID } from '../iam.ts';
import type { Handler } from '../loopback.ts';
import type { Stack } from '../stack.ts';
import type { Fauxqs } from './fauxqs.ts';
import { guardObjects } from './object-guards.ts';
import { guardQueues } from './queue-guards.ts';
import { createQueues, type Queues } from './queues.ts';

export interface QueuesAndObjects {
  readonly handler: Handler;
  readonly queues: Queues;
  close(): Promise<void>;
}

/** SQS and S3, by fauxqs in memory, with the rules of the real services that it leaves out. */
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
  const { statusCode, payload } = await app.inject({
    method: 'PUT',
    url: `/${bucket}`,
    headers: { authorization: credentialOf(OPERATOR_KEY_ID) },
  });
  if (statusCode !== 200) throw new Error(`bucket ${bucket} was refused: ${payload}`);
}
