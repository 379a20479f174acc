import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CONNECTIONS } from './connections.ts';
import { createClient, SINGLE_ATTEMPT } from './sdk-client.ts';

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
    this.#requestHandler =
      requestHandler ??
      new NodeHttpHandler({ ...CONNECTIONS, connectionTimeout: CONNECTION_TIMEOUT_MS });
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
