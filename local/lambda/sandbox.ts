import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { type Loopback, listenOnLoopback, readBody } from '../loopback.ts';
import { type FunctionConfiguration, spawnRuntime } from './runtime-process.ts';

/** `payload` is JSON: what the function returned, or `{ errorType, errorMessage }`. */
export type InvocationResult =
  | { readonly outcome: 'returned'; readonly payload: string }
  | { readonly outcome: 'failed'; readonly payload: string };

interface Invocation {
  readonly requestId: string;
  readonly event: string;
  readonly resolve: (result: InvocationResult) => void;
  timer?: NodeJS.Timeout;
}

/** Lambda gives a function this long to load. */
const INIT_TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024;

export interface SandboxEvents {
  readonly onLog: (line: string) => void;
  /** The process is gone, or about to be: the sandbox takes no more invocations. */
  readonly onEnd: () => void;
}

/**
 * One execution environment: a process of its own that runs one invocation at a time and asks for
 * it over a Runtime API of its own, as in Lambda. It ends by its function's timeout, by leaving
 * its memory, by exiting, or by `kill`; the invocation under way then fails.
 */
export class Sandbox {
  readonly #configuration: FunctionConfiguration;
  readonly #events: SandboxEvents;
  #runtimeApi: Loopback | undefined;
  #process: ChildProcess | undefined;
  #invocation: Invocation | undefined;
  /** The runtime's open request for its next event. */
  #waiting: ServerResponse | undefined;
  #ended = false;

  constructor(configuration: FunctionConfiguration, events: SandboxEvents) {
    this.#configuration = configuration;
    this.#events = events;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get busy(): boolean {
    return this.#invocation !== undefined;
  }

  /** Resolves once, also for a sandbox that never comes up. One invocation at a time. */
  invoke(event: string): Promise<InvocationResult> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#timeOut(INIT_TIMEOUT_MS), INIT_TIMEOUT_MS);
      this.#invocation = { requestId: randomUUID(), event, resolve, timer };
      if (this.#process) this.#handOut();
      else this.#start().catch((error: unknown) => this.#end(String(error)));
    });
  }

  kill(): void {
    this.#end('Runtime exited with error: signal: killed');
  }

  async #start(): Promise<void> {
    const runtimeApi = await listenOnLoopback(0);
    this.#runtimeApi = runtimeApi;
    if (this.#ended) return void runtimeApi.close();
    runtimeApi.serve(async (request, response) => {
      const path = request.url?.replace('/2018-06-01/runtime', '') ?? '';
      if (path === '/invocation/next') {
        this.#waiting = response;
        return this.#handOut();
      }
      const body = await readBody(request, MAX_RESPONSE_BYTES);
      response.writeHead(202).end();
      this.#receive(path, body?.toString());
    });
    this.#process = spawnRuntime(this.#configuration, new URL(runtimeApi.url).host);
    this.#process.on('error', (error) => this.#end(error.message));
    this.#process.on('exit', (status, signal) =>
      this.#end(`Runtime exited with ${signal ? `signal ${signal}` : `status ${status}`}`),
    );
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      if (output) createInterface({ input: output }).on('line', this.#events.onLog);
    }
  }

  /** The function's clock starts here: loading it is not part of its timeout. */
  #handOut(): void {
    const invocation = this.#invocation;
    const response = this.#waiting;
    if (!invocation || !response) return;
    this.#waiting = undefined;
    const { timeoutMs, arn } = this.#configuration;
    const now = Date.now();
    clearTimeout(invocation.timer);
    invocation.timer = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
    const trace = invocation.requestId.replaceAll('-', '').slice(0, 24);
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': invocation.requestId,
        'lambda-runtime-deadline-ms': String(now + timeoutMs),
        'lambda-runtime-invoked-function-arn': arn,
        'lambda-runtime-trace-id': `Root=1-${Math.floor(now / 1000).toString(16)}-${trace}`,
      })
      .end(invocation.event);
  }

  #receive(path: string, body: string | undefined): void {
    const requestId = this.#invocation?.requestId;
    if (path === '/init/error') {
      this.#settle({ outcome: 'failed', payload: body ?? '{}' });
      this.#end('failed to load');
    } else if (path === `/invocation/${requestId}/response`) {
      this.#settle(
        body === undefined
          ? failure('Function.ResponseSizeTooLarge', 'Response payload size exceeded 6291456 bytes')
          : { outcome: 'returned', payload: body },
      );
    } else if (path === `/invocation/${requestId}/error`) {
      this.#settle({ outcome: 'failed', payload: body ?? '{}' });
    }
  }

  #timeOut(afterMs: number): void {
    const seconds = (afterMs / 1000).toFixed(2);
    const requestId = this.#invocation?.requestId;
    this.#settle(
      failure('Sandbox.Timedout', `${requestId} Task timed out after ${seconds} seconds`),
    );
    this.#end('killed at its timeout');
  }

  #settle(result: InvocationResult): void {
    const invocation = this.#invocation;
    this.#invocation = undefined;
    clearTimeout(invocation?.timer);
    invocation?.resolve(result);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#process?.kill('SIGKILL');
    void this.#runtimeApi?.close();
    this.#events.onEnd();
    const requestId = this.#invocation?.requestId;
    this.#settle(failure('Runtime.ExitError', `RequestId: ${requestId} Error: ${reason}`));
  }
}

function failure(errorType: string, errorMessage: string): InvocationResult {
  return { outcome: 'failed', payload: JSON.stringify({ errorType, errorMessage }) };
}
