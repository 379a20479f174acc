import { type FunctionConfiguration, type InvocationResult, Sandbox } from './sandbox.ts';

export interface FunctionOptions extends FunctionConfiguration {
  /** Invocations at the same time; one more is throttled. @default no limit but patience */
  readonly reservedConcurrency?: number;
  readonly onLog: (line: string) => void;
}

/** A throttled invocation did not start: the function's reserved concurrency is in use. */
export type InvokeResult = InvocationResult | { readonly outcome: 'throttled' };

/**
 * Lambda starts a sandbox for every invocation that finds none idle. On a laptop the one that is
 * about to be free beats one that has to start, so an invocation first waits about as long as a
 * start takes.
 */
const PATIENCE_MS = 60;
/** Enough for a page of long polls; each is a process of some 100 MB. */
const MAX_SANDBOXES = 32;
const IDLE_MS = 30_000;

interface Waiting {
  readonly event: string;
  readonly resolve: (result: InvokeResult) => void;
  readonly timer: NodeJS.Timeout;
}

/** A Lambda function: its sandboxes, and the invocations that wait for one. */
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
      const patienceMs = this.#sandboxes.size === 0 ? 0 : PATIENCE_MS;
      const timer = setTimeout(() => this.#grow(), patienceMs);
      this.#waiting.push({ event, resolve, timer });
      const idle = this.#idle.pop();
      if (!idle) return;
      clearTimeout(idle.timer);
      this.#runNext(idle.sandbox);
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
    for (const { resolve, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      resolve({ outcome: 'throttled' });
    }
  }

  #grow(): void {
    if (this.#waiting.length === 0 || this.#sandboxes.size >= MAX_SANDBOXES) return;
    const sandbox = new Sandbox(this.#options, {
      onLog: this.#options.onLog,
      onEnd: () => this.#drop(sandbox),
    });
    this.#sandboxes.add(sandbox);
    this.#runNext(sandbox);
  }

  #runNext(sandbox: Sandbox): void {
    const next = this.#waiting.shift();
    if (!next) {
      const timer = setTimeout(() => sandbox.kill(), IDLE_MS).unref();
      this.#idle.push({ sandbox, timer });
      return;
    }
    clearTimeout(next.timer);
    void sandbox.invoke(next.event).then((result) => {
      if (this.#sandboxes.has(sandbox)) this.#runNext(sandbox);
      next.resolve(result);
    });
  }

  #drop(sandbox: Sandbox): void {
    this.#sandboxes.delete(sandbox);
    const idle = this.#idle.findIndex((each) => each.sandbox === sandbox);
    if (idle >= 0) clearTimeout(this.#idle.splice(idle, 1)[0]?.timer);
    // Whoever waited for this one has a start to wait for, and no other sandbox may come by.
    if (!this.#stopped) this.#grow();
  }
}
