import type { Queues } from '../aws/queues.ts';
import { type AccessControl, credentialOf } from '../iam.ts';
import type { Stack } from '../stack.ts';
import { EventSource } from './event-source.ts';
import { eventSourceMapping } from './event-source-mapping.ts';
import type { LambdaFunction } from './function.ts';

/**
 * Starts the stack's event source mappings.
 *
 * @returns a function that stops them
 */
export function startEventSources(
  stack: Stack,
  access: AccessControl,
  queues: Queues,
  functionsByArn: ReadonlyMap<string, LambdaFunction>,
): () => void {
  const sources = stack
    .resources('AWS::Lambda::EventSourceMapping', eventSourceMapping)
    .filter(({ properties }) => properties.Enabled)
    .map(({ logicalId, properties }) => {
      const { FunctionName, EventSourceArn } = properties;
      const consumer =
        functionsByArn.get(FunctionName) ??
        [...functionsByArn.values()].find(({ name }) => name === FunctionName);
      if (!consumer) throw new Error(`${logicalId}: no function ${FunctionName}`);
      requireAccess(access, consumer.name, EventSourceArn);
      return new EventSource(properties, queues, consumer);
    });
  for (const source of sources) source.start();
  return () => {
    for (const source of sources) source.stop();
  };
}

/** Throws, as Lambda does, if the function's role lacks a permission to poll the queue. */
function requireAccess(access: AccessControl, functionName: string, queueArn: string): void {
  const headers = { authorization: credentialOf(access.accessKeyIdOf(functionName)) };
  for (const verb of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']) {
    const denial = access.authorize(headers, `sqs:${verb}`, queueArn);
    if (denial) throw new Error(`event source mapping refused: ${denial}`);
  }
}
