import type { Handler } from '../../console/server/loopback.ts';
import type { AccessControl } from '../iam.ts';
import type { Stack } from '../stack.ts';
import { KIND, type Unkind } from '../unkind.ts';
import { serveAws } from './aws-endpoint.ts';
import { serveDynamoDb } from './dynamodb.ts';
import { type EventBuses, serveEventBuses } from './events.ts';
import { type LogStreams, serveLogStreams } from './log-streams.ts';
import { serveParameters } from './parameters.ts';
import type { Queues } from './queues.ts';
import { serveQueuesAndObjects } from './queues-and-objects.ts';
import { throttled } from './throttles.ts';

export const THROTTLED_SHARE = 0.25;

/** The emulated AWS services, except Bedrock, Lambda and API Gateway. */
export interface Services {
  /** Serves all of them at one endpoint. */
  readonly handler: Handler;
  readonly queues: Queues;
  readonly events: EventBuses['events'];
  readonly logEvents: LogStreams['events'];
  close(): Promise<void>;
}

export async function createServices(
  stack: Stack,
  access: AccessControl,
  unkind: Unkind = KIND,
): Promise<Services> {
  const { authorize } = access;
  const stores = await serveQueuesAndObjects(stack, access, unkind);
  const buses = serveEventBuses(stack, authorize, unkind);
  const logs = serveLogStreams(stack, authorize);
  const handler = serveAws({
    dynamodb: await serveDynamoDb(stack, authorize, unkind),
    ssm: serveParameters(stack, authorize),
    events: buses.handler,
    logs: logs.handler,
    queuesAndObjects: stores.handler,
  });
  return {
    handler: throttled(handler, unkind.chance('throttles', THROTTLED_SHARE)),
    queues: stores.queues,
    events: buses.events,
    logEvents: logs.events,
    close: stores.close,
  };
}
