import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createClient, SINGLE_ATTEMPT } from './sdk-client.ts';

/**
 * The most connections to one region. This limit must never bind: a call that waits for a
 * connection spends its time for the first token, and the target gets the blame. A stream holds its
 * connection until its answer ends. A sandbox runs a batch of at most 10 jobs with one call each, and
 * connections that are being closed count for a moment. 50 leaves room, and is far below the 1,024
 * files that a Lambda sandbox may open.
 */
const SOCKETS_PER_REGION = 50;
/**
 * The time limit for connecting. It is far below the usual limit for a first token, so an
 * unreachable region fails early.
 */
const CONNECTION_TIMEOUT_MS = 3000;

export type RequestHandler = BedrockRuntimeClientConfig['requestHandler'];

/**
 * One client per region for the life of the process. The clients use HTTP/1.1, because the SDK's
 * default HTTP/2 handler opens a session per call and ignores connection limits and timeouts. The
 * SDK's retries are off, because the breaker must see each failure and because hidden retries
 * amplify an outage.
 */
export class BedrockClients {
  readonly #requestHandler: RequestHandler;
  readonly #clients = new Map<string, BedrockRuntimeClient>();

  constructor(requestHandler: RequestHandler) {
    const agent = { keepAlive: true, maxSockets: SOCKETS_PER_REGION };
    this.#requestHandler =
      requestHandler ??
      new NodeHttpHandler({
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        httpAgent: agent,
        httpsAgent: agent,
      });
  }

  in(region: string): BedrockRuntimeClient {
    const known = this.#clients.get(region);
    if (known) return known;
    const requestHandler = this.#requestHandler;
    const client = createClient(
      (options) =>
        new BedrockRuntimeClient({ ...options, ...SINGLE_ATTEMPT, region, requestHandler }),
    );
    refusePages(client);
    this.#clients.set(region, client);
    return client;
  }

  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
  }
}

/**
 * Refuses the page of a proxy in place of a stream. The SDK would read the first bytes of a page as
 * the length of an event, and reserve about a gigabyte for it.
 */
function refusePages(client: BedrockRuntimeClient): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        const result = await next(call);
        const { statusCode, headers } = Object(result.response);
        const type = String(Object(headers)['content-type']);
        const isStream = type.startsWith('application/vnd.amazon.eventstream');
        if (commandName !== 'ConverseStreamCommand' || statusCode !== 200 || isStream) {
          return result;
        }
        throw Object.assign(new Error('the response is no event stream'), { name: 'NotAStream' });
      },
    // The lowest priority of this step runs before the SDK reads the response.
    { name: 'refusePages', step: 'deserialize', priority: 'low' },
  );
}
