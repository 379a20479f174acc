import type { Chance } from '../unkind.ts';
import type { Fauxqs } from './fauxqs.ts';

/**
 * Lets receives without a wait return nothing although messages are there: SQS then asks only some of its
 * servers (SQS developer guide, "Short and long polling").
 */
export function emptyShortPolls(app: Fauxqs, misses: Chance): void {
  app.addHook('preHandler', async (request, reply) => {
    if (request.headers['x-amz-target'] !== 'AmazonSQS.ReceiveMessage') return;
    const { WaitTimeSeconds = 0 } = Object(request.body);
    if (WaitTimeSeconds > 0 || !misses()) return;
    await reply.header('content-type', 'application/x-amz-json-1.0').send('{}');
  });
}
