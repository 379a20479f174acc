import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Fault } from './faults.ts';
import { forever, Sandbox } from './sandbox.ts';
import {
  networkError,
  reply,
  type Service,
  type WireRequest,
  type WireResponse,
} from './wire-message.ts';

type Handle = NodeHttpHandler['handle'];
type SdkRequest = Parameters<Handle>[0];
type SdkOptions = Parameters<Handle>[1];

export interface Tracked {
  send(...given: never[]): Promise<unknown>;
}

/** The turns of the event loop in which a process handles a response and makes its next call. */
const QUIET_TURNS = 8;

/** The services that a process can reach. */
export type Network = Readonly<Record<string, Service>>;

/**
 * A network without sockets, shared by the SDK clients of all processes. A fault applies to a whole call
 * with all its attempts, except `response-lost`, after which the second attempt succeeds.
 */
export class Wire extends NodeHttpHandler {
  readonly #networks = new WeakMap<Sandbox, Network>();
  /** The key is the SDK's invocation id, which all attempts of a call share. */
  readonly #faults = new Map<string, Fault | undefined>();
  #underWay = 0;
  /** The number of operations that each process has under way and that do not wait for a time. */
  readonly #operations = new Map<Sandbox, number>();

  /** Resolves when no process, including a killed one, has anything to do before a time comes. */
  async settled(): Promise<void> {
    for (let quietTurns = 0; quietTurns < QUIET_TURNS; quietTurns++) {
      await nextTurn();
      if (this.#isBusy()) quietTurns = 0;
    }
  }

  /** Makes `settled` wait for the operations of a client, with their retries. */
  tracked<Client extends Tracked>(client: Client): Client {
    const send = client.send.bind(client);
    const track = (...given: never[]) => this.track(() => send(...given));
    return Object.assign(client, { send: track });
  }

  /** Performs an operation of the running process that `settled` waits for. */
  async track<T>(operation: () => Promise<T>): Promise<T> {
    const sandbox = Sandbox.current;
    this.#count(sandbox, 1);
    try {
      return await operation();
    } finally {
      this.#count(sandbox, -1);
    }
  }

  /** Lets a tracked operation wait for a time. */
  async pause(sandbox: Sandbox, wait: () => Promise<void>): Promise<void> {
    this.#count(sandbox, -1);
    await wait();
    this.#count(sandbox, 1);
  }

  /** Performs work that `settled` waits for. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Gives a process its services. The operations of earlier processes no longer count. */
  connect(sandbox: Sandbox, network: Network): void {
    for (const [earlier, count] of this.#operations) {
      if (count === 0 || !earlier.isAlive) this.#operations.delete(earlier);
    }
    this.#networks.set(sandbox, network);
  }

  override async handle(request: SdkRequest, options?: SdkOptions): ReturnType<Handle> {
    const { method, path, headers } = request;
    const body = typeof request.body === 'string' ? request.body : bytesOf(request.body);
    const left = options?.abortSignal as AbortSignal | undefined;
    const { content, ...response } = await this.#serve({ method, path, headers, body, left });
    return { response: { ...response, body: Readable.from(content) } };
  }

  #isBusy(): boolean {
    return (
      this.#underWay > 0 ||
      [...this.#operations].some(([sandbox, count]) => count > 0 && sandbox.isAlive)
    );
  }

  #count(sandbox: Sandbox, by: 1 | -1): void {
    this.#operations.set(sandbox, (this.#operations.get(sandbox) ?? 0) + by);
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
    // The response of a model may take long.
    const perform = () =>
      service === 'Bedrock' ? serve(request) : this.busy(() => serve(request));
    const answer = await performWithFault(this.#faults.get(id), isFirst, perform, sandbox);
    return sandbox.isAlive ? answer : dead(service);
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
    case 'error-response':
      return reply(500, { __type: 'InternalServerError' });
    case 'response-lost': {
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
  if (path.endsWith('/converse-stream')) return 'ConverseStream';
  if (operation === undefined) return `${method} object`;
  const table = /"TableName":"(\w+)"/.exec(body)?.[1];
  return table ? `${table} ${operation}` : operation;
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
