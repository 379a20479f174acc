import { CORES, whenPatienceEnds } from './patience.ts';
import type { FunctionConfiguration } from './runtime-process.ts';
import { type InvocationResult, Sandbox } from './sandbox.ts';

export interface FunctionOptions extends FunctionConfiguration {
  /** Invocations at the same time; one more is throttled. @default no limit */
  readonly reservedConcurrency?: number;
  readonly onLog: (line: string) => void;
}

/** A throttled invocation did not start: the function's reserved concurrency is in use. */
export type InvokeResult = InvocationResult | { readonly outcome: 'throttled' };

/** Enough for a page of long polls; each is a process of some 100 MB. */
const MAX_SANDBOXES = 32;
const IDLE_MS = 30_000;

interface Invocation {
  readonly event: string;
  readonly resolve: (result: InvokeResult) => void;
}

interface Waiting extends Invocation {
  readonly stopWaiting: () => void;
}

/**
 * A Lambda function: its sandboxes, and the invocations that wait for one. Lambda starts a sandbox
 * for every invocation that finds none idle; here, once there are as many as cores, an invocation
 * waits a moment for one to be free first.
 */
export class LambdaFunction {
  readonly #options: FunctionOptions;
  readonly #sandboxes = new Set<Sandbox>();
  /** The last one in is the first one out, so that the others grow old and end. */
  readonly #idle: { readonly sandbox: Sandbox; readonly timer: NodeJS.Timeout }[] = [];
  readonly #waiting: Waiting[] = [];
  #invocations = 0;
  #stopped = false;

  constructor(options: FunctionOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  get invocations(): number {
    return this.#invocations;
  }

  /** Process ids. */
  get sandboxes(): readonly number[] {
    return [...this.#sandboxes].flatMap(({ pid }) => pid ?? []);
  }

  /** @param event JSON. */
  invoke(event: string): Promise<InvokeResult> {
    const { reservedConcurrency = Number.POSITIVE_INFINITY } = this.#options;
    const running = this.#sandboxes.size - this.#idle.length + this.#waiting.length;
    if (this.#stopped || running >= reservedConcurrency) {
      return Promise.resolve({ outcome: 'throttled' });
    }
    this.#invocations++;
    return new Promise((resolve) => {
      const idle = this.#idle.pop();
      clearTimeout(idle?.timer);
      if (idle) this.#run(idle.sandbox, { event, resolve });
      else if (this.#sandboxes.size < CORES) this.#run(this.#addSandbox(), { event, resolve });
      else this.#wait({ event, resolve });
    });
  }

  /** Ends a sandbox in the middle of its work if one works, else an idle one; false without any. */
  killOne(): boolean {
    const all = [...this.#sandboxes];
    const victim = all.find(({ busy }) => busy) ?? all[0];
    victim?.kill();
    return victim !== undefined;
  }

  stop(): void {
    this.#stopped = true;
    for (const sandbox of [...this.#sandboxes]) sandbox.kill();
    for (const { resolve, stopWaiting } of this.#waiting.splice(0)) {
      stopWaiting();
      resolve({ outcome: 'throttled' });
    }
  }

  #addSandbox(): Sandbox {
    const sandbox = new Sandbox(this.#options, {
      onLog: this.#options.onLog,
      onEnd: () => this.#drop(sandbox),
    });
    this.#sandboxes.add(sandbox);
    return sandbox;
  }

  #run(sandbox: Sandbox, { event, resolve }: Invocation): void {
    void sandbox.invoke(event).then((result) => {
      if (this.#sandboxes.has(sandbox)) this.#runNext(sandbox);
      resolve(result);
    });
  }

  #runNext(sandbox: Sandbox): void {
    const next = this.#waiting.shift();
    next?.stopWaiting();
    if (next) this.#run(sandbox, next);
    else this.#idle.push({ sandbox, timer: setTimeout(() => sandbox.kill(), IDLE_MS).unref() });
  }

  #wait(invocation: Invocation): void {
    const stopWaiting = whenPatienceEnds(() => {
      if (this.#sandboxes.size < MAX_SANDBOXES) this.#serveNextAnew();
    });
    this.#waiting.push({ ...invocation, stopWaiting });
  }

  #serveNextAnew(): void {
    const next = this.#waiting.shift();
    next?.stopWaiting();
    if (next) this.#run(this.#addSandbox(), next);
  }

  #drop(sandbox: Sandbox): void {
    this.#sandboxes.delete(sandbox);
    const idle = this.#idle.findIndex((each) => each.sandbox === sandbox);
    if (idle >= 0) clearTimeout(this.#idle.splice(idle, 1)[0]?.timer);
    // Whoever waited for this one would wait for nobody.
    if (!this.#stopped && this.#sandboxes.size < CORES) this.#serveNextAnew();
  }
}
