import type { Redis } from 'ioredis';

/**
 * A connection that sends no command twice and none that nobody waits for any more: what waits for
 * a connection fails with it. The package is loaded only here, so that no other store pays for it.
 */
export async function connectRedis(url: string): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    connectTimeout: 1_000,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  // Each operation tells of its own failure; without a listener the client prints all of them.
  client.on('error', () => undefined);
  return client;
}
