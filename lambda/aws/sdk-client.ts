import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CONNECTIONS } from './connections.ts';
import { Sha256 } from './sha256.ts';

/**
 * The options of every client. The SDK has no timeout of its own. The services that use these
 * options normally respond within milliseconds, so after a few seconds the response is probably
 * lost, and a retry is faster.
 */
const COMMON_OPTIONS = {
  /**
   * Builds a command's middleware once, not for each call. This saves a tenth of a job's CPU time.
   */
  cacheMiddleware: true,
  sha256: Sha256,
  maxAttempts: 3,
  requestHandler: new NodeHttpHandler({
    ...CONNECTIONS,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
  }),
} as const;

/**
 * Turns the SDK's own retries off. The circuit store needs this because a retry after a lost
 * response would count twice. The code that publishes events or calls models decides on retries
 * itself.
 */
export const SINGLE_ATTEMPT = { maxAttempts: 1 } as const;

/**
 * Turns the SDK's checksums off for S3. TLS protects the transfer and S3 checks its stored objects,
 * so a CRC of each body adds nothing.
 */
export const WITHOUT_CHECKSUMS = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

interface SdkClient {
  readonly middlewareStack: { remove(name: string): boolean };
}

/**
 * Creates an SDK client: `createClient((options) => new SQSClient(options))`.
 *
 * The SDK's call log is removed. Even without a logger, the call log filters each input and output,
 * which takes a twentieth of the worker's CPU; with a logger it would log prompts and answers.
 */
export function createClient<Client extends SdkClient>(
  create: (options: typeof COMMON_OPTIONS) => Client,
): Client {
  const client = create(COMMON_OPTIONS);
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
