import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  type FunctionConfiguration,
  reservedVariables,
} from '../../../local/lambda/runtime-process.ts';
import { cpuMs, peakMb } from './process-usage.ts';

const PRELOAD = fileURLToPath(new URL('preload.cjs', import.meta.url));

export interface ColdStart {
  /** The time from the start of the process until the function is loaded. */
  readonly initMs: number;
  /** The CPU time of the same phase, in milliseconds of a full core. */
  readonly initCpuMs: number;
  /** The duration of the first invocation. */
  readonly firstMs: number;
  readonly firstCpuMs: number;
  /** The most memory that the process has held. */
  readonly peakMb: number;
  /** The function's response, as JSON. */
  readonly response: string;
}

/** Starts a function in the runtime interface client, runs one invocation and ends the process. */
export async function startCold(
  client: string,
  configuration: FunctionConfiguration,
  event: string,
): Promise<ColdStart> {
  const api = new RuntimeApi(event, configuration);
  const address = await api.listen();
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--require', PRELOAD, client], {
    cwd: configuration.codeDir,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...reservedVariables(configuration),
      TLS_FRONTS: '{}',
      ...configuration.environment,
      AWS_LAMBDA_RUNTIME_API: address,
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
    },
  });
  const { pid = 0 } = child;
  try {
    const loaded = await api.loaded.then(() => usageOf(pid));
    api.begin();
    const response = await api.ended;
    const ended = usageOf(pid);
    return {
      initMs: loaded.atMs - startedAt,
      initCpuMs: loaded.cpu,
      firstMs: ended.atMs - loaded.atMs,
      firstCpuMs: ended.cpu - loaded.cpu,
      peakMb: peakMb(pid),
      response,
    };
  } finally {
    child.kill('SIGKILL');
    api.close();
    await once(child, 'exit');
  }
}

function usageOf(pid: number) {
  return { atMs: performance.now(), cpu: cpuMs(pid) };
}

/** Lambda's Runtime API for one process and one invocation. */
class RuntimeApi {
  readonly #server = createServer((request, response) => void this.#respond(request, response));
  readonly #loaded = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<string>();
  readonly #begun = Promise.withResolvers<void>();
  readonly #event: string;
  readonly #headers: Record<string, string>;
  #isInvoked = false;

  constructor(event: string, { arn, timeoutMs }: FunctionConfiguration) {
    this.#event = event;
    this.#headers = {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': randomUUID(),
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
      'lambda-runtime-invoked-function-arn': arn,
    };
  }

  /** Resolves when the function is loaded. */
  get loaded(): Promise<void> {
    return this.#loaded.promise;
  }

  /** Resolves with the response. Rejects if the function cannot be loaded, or throws. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  async listen(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lets the function have the event. */
  begin(): void {
    this.#begun.resolve();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const body = await text(request);
    if (url.endsWith('/next')) return this.#next(response);
    response.writeHead(202).end();
    if (url.endsWith('/response')) return this.#ended.resolve(body);
    const error = new Error(`${url}: ${body}`);
    this.#loaded.reject(error);
    this.#ended.reject(error);
  }

  /** The second request for an event gets no answer, because there is only one. */
  async #next(response: ServerResponse): Promise<void> {
    if (this.#isInvoked) return;
    this.#isInvoked = true;
    this.#loaded.resolve();
    await this.#begun.promise;
    response.writeHead(200, this.#headers).end(this.#event);
  }
}
