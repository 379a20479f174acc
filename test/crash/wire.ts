import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Fault } from './faults.ts';
import { forever, Sandbox } from './sandbox.ts';
import { reply, type Service, type WireRequest, type WireResponse } from './wire-services.ts';

type Handle = NodeHttpHandler['handle'];
type SdkRequest = Parameters<Handle>[0];

/** The services that a process can reach. */
export type Network = Readonly<Record<string, Service>>;

/**
 * A network without sockets, shared by the SDK clients of all processes. A fault applies to a whole call
 * with all its attempts, except `answer-lost`, after which the second attempt succeeds.
 */
export class Wire extends NodeHttpHandler {
  readonly #networks = new WeakMap<Sandbox, Network>();
  /** The key is the SDK's invocation id, which all attempts of a call share. */
  readonly #faults = new Map<string, Fault | undefined>();
  #underWay = 0;

  /** Resolves when no call of any process, including a killed one, is in flight. */
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
    return { response: { ...response, body: Readable.from([Buffer.from(text)]) } };
  }

  async #serve(request: WireRequest): Promise<WireResponse> {
    const sandbox = Sandbox.current;
    const service = serviceOf(request);
    if (!sandbox.isAlive) return dead(service);
    await sandbox.mayCall();
    const serve = this.#networks.get(sandbox)?.[service];
    if (!serve) throw new Error(`service ${service} is not simulated`);

    const id = request.headers['amz-sdk-invocation-id'] ?? '';
    const isFirst = !this.#faults.has(id);
    if (isFirst) this.#faults.set(id, sandbox.nextFault(`${service} ${operationOf(request)}`));
    const perform = () => this.#perform(serve, request);
    const answer = await performWithFault(this.#faults.get(id), isFirst, perform, sandbox);
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

async function performWithFault(
  fault: Fault | undefined,
  isFirst: boolean,
  perform: () => Promise<WireResponse>,
  sandbox: Sandbox,
): Promise<WireResponse> {
  switch (fault) {
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
      return fault satisfies never;
  }
}

/**
 * Returns the result of a killed process's call, which is a promise that never resolves. A call to
 * Bedrock is rejected instead, so that its timeout timer is cleared. The process cannot make more
 * calls.
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

/** Returns the operation's name with its table. Calls to the circuits table are not retried. */
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

/** Removes the pauses between retries and the retry budget. The SDK still decides what to retry. */
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
