import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Fate } from './fates.ts';
import { forever, Sandbox } from './sandbox.ts';
import { reply, type Service, type WireRequest, type WireResponse } from './wire-services.ts';

type Handle = NodeHttpHandler['handle'];
type SdkRequest = Parameters<Handle>[0];

/** What a process reaches through the network. */
export type Network = Readonly<Record<string, Service>>;

/**
 * A network without sockets, shared by all SDK clients of all processes. Fate strikes a call as a
 * whole, with every attempt that the SDK makes of it; only of a lost answer the second one arrives.
 */
export class Wire extends NodeHttpHandler {
  readonly #networks = new WeakMap<Sandbox, Network>();
  /** By the SDK's id of a call, which its attempts share. */
  readonly #fates = new Map<string, Fate | undefined>();
  #underWay = 0;

  /** Once nothing is under way any more, not even a call of the dead. */
  async settled(): Promise<void> {
    do await nextTurn();
    while (this.#underWay > 0);
  }

  connect(sandbox: Sandbox, network: Network): void {
    this.#networks.set(sandbox, network);
  }

  override async handle(request: SdkRequest): ReturnType<Handle> {
    const { method, path, headers } = request;
    const body = typeof request.body === 'string' ? request.body : bytesOf(request.body);
    const { text, ...response } = await this.#serve({ method, path, headers, body });
    const bytes = Buffer.from(text);
    // The SDK takes bytes as well, which cost less, but where its caller gets the stream itself.
    const isStream = method === 'GET';
    return { response: { ...response, body: isStream ? Readable.from([bytes]) : bytes } };
  }

  async #serve(request: WireRequest): Promise<WireResponse> {
    const sandbox = Sandbox.current;
    const service = serviceOf(request);
    if (!sandbox.isAlive) return dead(service);
    await sandbox.mayCall();
    const serve = this.#networks.get(sandbox)?.[service];
    if (!serve) throw new Error(`a service that is not served: ${service}`);

    const id = request.headers['amz-sdk-invocation-id'] ?? '';
    const isFirst = !this.#fates.has(id);
    if (isFirst) this.#fates.set(id, sandbox.strike(`${service} ${operationOf(request)}`));
    const perform = () => this.#perform(serve, request);
    const answer = await meet(this.#fates.get(id), isFirst, perform, sandbox);
    return sandbox.isAlive ? answer : dead(service);
  }

  async #perform(serve: Service, request: WireRequest): Promise<WireResponse> {
    this.#underWay += 1;
    try {
      return await serve(request);
    } finally {
      this.#underWay -= 1;
    }
  }
}

async function meet(
  fate: Fate | undefined,
  isFirst: boolean,
  perform: () => Promise<WireResponse>,
  sandbox: Sandbox,
): Promise<WireResponse> {
  switch (fate) {
    case undefined:
      return perform();
    case 'not-sent':
      throw networkError();
    case 'error-answer':
      return reply(500, { __type: 'InternalServerError' });
    case 'answer-lost': {
      const answer = await perform();
      if (isFirst) throw networkError();
      return answer;
    }
    case 'unanswered':
      await perform();
      throw networkError();
    case 'killed': {
      const answer = await perform();
      sandbox.kill();
      return answer;
    }
    case 'stalled': {
      const answer = await perform();
      await sandbox.stall();
      return answer;
    }
    default:
      return fate satisfies never;
  }
}

/**
 * A dead process hears nothing. Only its call to Bedrock has to end all the same, so that the timer
 * of its call timeout is cleared; whatever it then goes on to does not reach the network.
 */
function dead(service: string): Promise<never> {
  return service === 'Bedrock' ? Promise.reject(networkError()) : forever();
}

function serviceOf({ headers, path }: WireRequest): string {
  const target = headers['x-amz-target'] ?? '';
  if (target.startsWith('DynamoDB')) return 'DynamoDB';
  if (target.startsWith('AmazonSQS')) return 'SQS';
  if (target.startsWith('AWSEvents')) return 'EventBridge';
  if (target.startsWith('AmazonSSM')) return 'SSM';
  return path.startsWith('/model/') ? 'Bedrock' : 'S3';
}

/** `UpdateItem circuits`: which table matters, for the circuits have a single attempt. */
function operationOf({ headers, method, path, body }: WireRequest): string {
  const operation = headers['x-amz-target']?.split('.')[1];
  if (operation === undefined) return path.endsWith('/converse') ? 'Converse' : `${method} object`;
  const table = /"TableName":"(\w+)"/.exec(body)?.[1];
  return table ? `${table} ${operation}` : operation;
}

function networkError(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

function bytesOf(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
}

interface RetryingClient {
  readonly config: { readonly retryStrategy: () => Promise<object> };
}

/** The SDK's own judgement of what to repeat, without time in between and without a budget. */
export function withoutWaiting<Client extends RetryingClient>(client: Client): Client {
  const strategy = client.config.retryStrategy().then((each) =>
    Object.assign(each, {
      retryBackoffStrategy: { setDelayBase: () => undefined, computeNextBackoffDelay: () => 0 },
      getCapacityCost: () => 0,
    }),
  );
  Object.assign(client.config, { retryStrategy: () => strategy });
  return client;
}
