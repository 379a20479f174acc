import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readLines } from './read-lines.ts';
import {
  type FunctionConfiguration,
  type InvocationMessage,
  type RuntimeMessage,
  spawnRuntime,
} from './runtime-process.ts';

/** `payload` is JSON: the function's return value, or `{ errorType, errorMessage }`. */
export type InvocationResult =
  | { readonly outcome: 'returned'; readonly payload: string }
  | { readonly outcome: 'failed'; readonly payload: string };

interface Invocation {
  readonly requestId: string;
  readonly event: string;
  readonly resolve: (result: InvocationResult) => void;
  timer?: NodeJS.Timeout;
}

/** Lambda's limit for loading a function. */
const INIT_TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024;

export interface SandboxEvents {
  readonly onLog: (line: string) => void;
  /** Called when the process has ended or soon will. The sandbox then accepts no invocation. */
  readonly onEnd: () => void;
}

/**
 * One execution environment: a process that runs one invocation at a time, as in Lambda. It ends when
 * the function times out, exceeds its memory or exits, or on `kill`. A running invocation then fails.
 */
export class Sandbox {
  readonly #configuration: FunctionConfiguration;
  readonly #events: SandboxEvents;
  #process: ChildProcess | undefined;
  #invocation: Invocation | undefined;
  /** True once the function is loaded. */
  #ready = false;
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

  /** Runs one invocation at a time. The promise always resolves, even if no process starts. */
  invoke(event: string): Promise<InvocationResult> {
    return new Promise((resolve) => {
      const { timeoutMs, initTimeoutMs = INIT_TIMEOUT_MS } = this.#configuration;
      // If loading exceeds its limit, Lambda repeats it within the first invocation's timeout.
      const loadMs = initTimeoutMs + timeoutMs;
      const timer = setTimeout(() => this.#timeOut(loadMs), loadMs);
      this.#invocation = { requestId: randomUUID(), event, resolve, timer };
      if (this.#process) this.#send();
      else this.#start();
    });
  }

  kill(): void {
    this.#exit('Runtime exited with error: signal: killed');
  }

  #start(): void {
    this.#process = spawnRuntime(this.#configuration);
    this.#process.on('message', (message) => this.#receive(message as RuntimeMessage));
    this.#process.on('error', (error) => this.#exit(error.message));
    this.#process.on('exit', (status, signal) =>
      this.#exit(`Runtime exited with ${signal ? `signal ${signal}` : `status ${status}`}`),
    );
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      if (output) readLines(output, this.#events.onLog);
    }
  }

  /** Sends the invocation and starts its timeout, which does not include loading. */
  #send(): void {
    const invocation = this.#invocation;
    if (!invocation || !this.#ready) return;
    const { requestId, event } = invocation;
    const { timeoutMs, arn } = this.#configuration;
    const now = Date.now();
    clearTimeout(invocation.timer);
    invocation.timer = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
    const trace = requestId.replaceAll('-', '').slice(0, 24);
    this.#process?.send({
      requestId,
      event,
      deadlineMs: now + timeoutMs,
      functionArn: arn,
      traceId: `Root=1-${Math.floor(now / 1000).toString(16)}-${trace}`,
    } satisfies InvocationMessage);
  }

  #receive(message: RuntimeMessage): void {
    switch (message.kind) {
      case 'ready':
        this.#ready = true;
        this.#send();
        return;
      case 'init-error':
        this.#end({ outcome: 'failed', payload: message.payload });
        return;
      case 'response':
      case 'error':
        if (message.requestId === this.#invocation?.requestId) this.#settle(resultOf(message));
        return;
      default:
        message satisfies never;
    }
  }

  #timeOut(afterMs: number): void {
    const seconds = (afterMs / 1000).toFixed(2);
    const requestId = this.#invocation?.requestId;
    this.#end(failure('Sandbox.Timedout', `${requestId} Task timed out after ${seconds} seconds`));
  }

  #settle(result: InvocationResult): void {
    const invocation = this.#invocation;
    this.#invocation = undefined;
    clearTimeout(invocation?.timer);
    invocation?.resolve(result);
  }

  #exit(reason: string): void {
    const requestId = this.#invocation?.requestId;
    this.#end(failure('Runtime.ExitError', `RequestId: ${requestId} Error: ${reason}`));
  }

  /** Ends the process. `result` goes to the running invocation, if there is one. */
  #end(result: InvocationResult): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#process?.kill('SIGKILL');
    this.#events.onEnd();
    this.#settle(result);
  }
}

function resultOf({ kind, payload }: { kind: 'response' | 'error'; payload: string }) {
  if (kind === 'error') return { outcome: 'failed', payload } as const;
  return Buffer.byteLength(payload) > MAX_RESPONSE_BYTES
    ? failure('Function.ResponseSizeTooLarge', 'Response payload size exceeded 6291456 bytes')
    : ({ outcome: 'returned', payload } as const);
}

function failure(errorType: string, errorMessage: string): InvocationResult {
  return { outcome: 'failed', payload: JSON.stringify({ errorType, errorMessage }) };
}
