import { Concurrency } from './concurrency.ts';
import type { FunctionConfiguration } from './runtime-process.ts';
import { type InvocationResult, Sandbox } from './sandbox.ts';
import { CORES, whenTimeToScaleOut } from './scale-out.ts';

export interface FunctionOptions extends FunctionConfiguration {
  /** The invocations that may run at a time. Functions may share it. @default no limit */
  readonly concurrency?: Concurrency;
  /** Receives each line that the function logs. */
  readonly onLog: (line: string) => void;
}

/** `throttled`: the invocation did not start, because the function's concurrency is in use. */
export type InvokeResult = InvocationResult | { readonly outcome: 'throttled' };

/** Enough sandboxes for a few dozen long polls at once. Each is a process of about 100 MB. */
export const MAX_SANDBOXES = 32;
const IDLE_MS = 30_000;

interface Invocation {
  readonly event: string;
  readonly resolve: (result: InvokeResult) => void;
}

/**
 * A Lambda function with its sandboxes and the invocations that wait for one. Lambda starts a sandbox
 * for every invocation that finds none idle. Here, once there is one sandbox per core, an invocation
 * first waits for a free one, because more processes make all of them slower.
 */
export class LambdaFunction {
  readonly #options: FunctionOptions;
  readonly #concurrency: Concurrency;
  readonly #sandboxes = new Set<Sandbox>();
  /** The idle sandboxes. The last one used is the next one used, so that surplus ones time out. */
  readonly #idle: { readonly sandbox: Sandbox; readonly timer: NodeJS.Timeout }[] = [];
  readonly #waiting: Invocation[] = [];
  /** Functions that cancel the waits for one more sandbox, oldest first. */
  readonly #scaleOuts: (() => void)[] = [];
  readonly #whenTimeToScaleOut: typeof whenTimeToScaleOut;
  #invocations = 0;
  #stopped = false;

  constructor(options: FunctionOptions, scaleOut = whenTimeToScaleOut) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? new Concurrency();
    this.#whenTimeToScaleOut = scaleOut;
  }

  get name(): string {
    return this.#options.name;
  }

  get configuration(): FunctionConfiguration {
    return this.#options;
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  get invocations(): number {
    return this.#invocations;
  }

  /** The process ids of the sandboxes. */
  get sandboxes(): readonly number[] {
    return [...this.#sandboxes].flatMap(({ pid }) => pid ?? []);
  }

  /** @param event JSON */
  invoke(event: string): Promise<InvokeResult> {
    if (this.#stopped || !this.#concurrency.enter()) {
      return Promise.resolve({ outcome: 'throttled' });
    }
    this.#invocations++;
    return new Promise<InvokeResult>((resolve) => {
      const idle = this.#idle.pop();
      clearTimeout(idle?.timer);
      if (idle) this.#run(idle.sandbox, { event, resolve });
      else if (this.#sandboxes.size < CORES) this.#run(this.#addSandbox(), { event, resolve });
      else this.#wait({ event, resolve });
    }).finally(() => this.#concurrency.leave());
  }

  /** Kills a busy sandbox, or else an idle one. Returns false if there is none. */
  killOne(): boolean {
    const all = [...this.#sandboxes];
    const victim = all.find(({ busy }) => busy) ?? all[0];
    victim?.kill();
    return victim !== undefined;
  }

  stop(): void {
    this.#stopped = true;
    for (const sandbox of [...this.#sandboxes]) sandbox.kill();
    for (const cancel of this.#scaleOuts.splice(0)) cancel();
    for (const { resolve } of this.#waiting.splice(0)) resolve({ outcome: 'throttled' });
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
    const next = this.#takeWaiting();
    if (next) this.#run(sandbox, next);
    else this.#idle.push({ sandbox, timer: setTimeout(() => sandbox.kill(), IDLE_MS).unref() });
  }

  /**
   * A wait that is over serves the oldest invocation, whichever one began it. The others keep a wait
   * each, so none of them can be left to wait for a busy sandbox.
   */
  #wait(invocation: Invocation): void {
    this.#waiting.push(invocation);
    const cancel = this.#whenTimeToScaleOut(() => {
      this.#scaleOuts.splice(this.#scaleOuts.indexOf(cancel), 1);
      if (this.#sandboxes.size < MAX_SANDBOXES) this.#runNextInNewSandbox();
    });
    this.#scaleOuts.push(cancel);
  }

  #takeWaiting(): Invocation | undefined {
    const next = this.#waiting.shift();
    if (this.#scaleOuts.length > this.#waiting.length) this.#scaleOuts.shift()?.();
    return next;
  }

  #runNextInNewSandbox(): void {
    const next = this.#takeWaiting();
    if (next) this.#run(this.#addSandbox(), next);
  }

  #drop(sandbox: Sandbox): void {
    this.#sandboxes.delete(sandbox);
    const idle = this.#idle.findIndex((each) => each.sandbox === sandbox);
    if (idle >= 0) clearTimeout(this.#idle.splice(idle, 1)[0]?.timer);
    // An invocation may be waiting for this sandbox.
    const hasWaitedLongEnough = this.#waiting.length > this.#scaleOuts.length;
    if (this.#stopped || (this.#sandboxes.size >= CORES && !hasWaitedLongEnough)) return;
    this.#runNextInNewSandbox();
  }
}
