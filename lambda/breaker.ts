/**
 * The circuit breaker on its own, for any async call of any Lambda function (package export
 * `holdfast/breaker`). Workers that share a store share their circuits.
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from './aws/system-clock.ts';
import { checkPolicy } from './contract/breaker-rules.ts';
import { BREAKER_DEFAULTS, type BreakerPolicy } from './contract/policy.ts';
import { permitLeaseMs } from './contract/time-budget.ts';
import type { OverrideMode } from './contract/words.ts';
import type { Admission, CallRequest, Rejection, RejectReason } from './core/breaker/admission.ts';
import { Breaker } from './core/breaker/breaker.ts';
import type { CircuitStore } from './core/breaker/circuit-store.ts';
import { type Classification, classifyByStatus, outcomeOf } from './core/breaker/classify.ts';
import type { CircuitEvent } from './core/breaker/events.ts';
import type { Permit } from './core/breaker/permit.ts';
import { MemoryCircuitStore } from './stores/memory-circuit-store.ts';

export type { Admission, BreakerPolicy, CircuitEvent, CircuitStore, Classification, Permit };

export interface GuardOptions {
  /** The workers' shared store: `DynamoDbCircuitStore`, or `MemoryCircuitStore` for one process. */
  readonly store: CircuitStore;
  /** The policy's fields that differ from the defaults. @default `BREAKER_DEFAULTS` */
  readonly policy?: Partial<BreakerPolicy>;
  /** The time limit of a call. A longer call is aborted and counts as a timeout. @default 60 */
  readonly callTimeoutSeconds?: number;
  /** Classifies the error of a failed call. @default by HTTP status */
  readonly classify?: (error: unknown) => Classification;
  /**
   * Receives an event for each change that this worker makes to a circuit, and for each problem
   * that it has with the store or its clock.
   * @default no listener
   */
  readonly on?: (event: CircuitEvent) => void;
  /** Returns milliseconds since the Unix epoch. @default Date.now */
  readonly now?: () => number;
}

export interface Guard {
  /**
   * Makes a call if the circuit admits it, and reports its outcome. A `run` that uses the call's
   * `signal` is aborted at the call timeout; any other `run` has to end on its own. Throws a
   * CircuitOpenError, without a call, if the circuit rejects it.
   */
  call<Result>(key: string, run: (call: GuardedCall) => Promise<Result>): Promise<Result>;
  /** Returns a function that makes each call of `run` through the circuit, as `call` does. */
  wrap<Args extends readonly unknown[], Result>(
    key: string,
    run: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result>;
  /** Returns a permit for one call, or the rejection. Throws nothing if the call is rejected. */
  admit(key: string): Admission | Promise<Admission>;
  /** Returns a Lambda handler that writes all pending counts before it ends. */
  handler<Args extends readonly unknown[], Result>(
    handle: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result>;
  /** Overrides a circuit for some time, for all workers. `undefined` lifts the override. */
  override(key: string, override: GuardOverride | undefined): Promise<void>;
  /** Writes all pending counts. */
  flush(): Promise<void>;
}

export interface GuardedCall {
  /** Aborts at the call timeout, which starts when the signal is first read. */
  readonly signal: AbortSignal;
}

export interface GuardOverride {
  readonly mode: OverrideMode;
  readonly reason: string;
  readonly actor: string;
  readonly forSeconds: number;
}

/** Thrown instead of making a call that the circuit rejects. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  readonly key: string;
  readonly retryAfterMs: number;
  readonly reason: RejectReason;

  constructor({ key, retryAfterMs, reason }: Rejection) {
    super(`circuit ${key} rejects calls (${reason}), retry after ${Math.ceil(retryAfterMs)} ms`);
    this.key = key;
    this.retryAfterMs = retryAfterMs;
    this.reason = reason;
  }
}

export function createBreaker(options: GuardOptions): Guard {
  const policy = { ...BREAKER_DEFAULTS, ...options.policy };
  checkPolicy(policy);
  const { store, classify = classifyByStatus, callTimeoutSeconds = 60, on } = options;
  if (!(callTimeoutSeconds > 0)) {
    throw new RangeError(`callTimeoutSeconds: got ${callTimeoutSeconds}, allowed is above 0`);
  }
  const clock = { ...systemClock, now: options.now ?? systemClock.now };
  const breaker = new Breaker({
    store,
    newPrivateStore: () => new MemoryCircuitStore(clock.now),
    policy: () => policy,
    clock,
    random: Math.random,
    workerId: randomUUID(),
    on,
  });
  const calls = new GuardedCalls(breaker, callTimeoutSeconds, classify);
  return {
    call: (key, run) => calls.call(key, run),
    wrap:
      (key, run) =>
      (...args) =>
        calls.call(key, () => run(...args)),
    admit: (key) => calls.admit(key),
    handler:
      (handle) =>
      async (...args) => {
        try {
          return await handle(...args);
        } finally {
          await breaker.flush();
        }
      },
    override: (key, override) => setOverride(breaker, key, override, clock.now()),
    flush: () => breaker.flush(),
  };
}

async function setOverride(
  breaker: Breaker,
  key: string,
  override: GuardOverride | undefined,
  nowMs: number,
): Promise<void> {
  if (!override) {
    await breaker.liftOverride('target', key);
    return;
  }
  const { mode, reason, actor, forSeconds } = override;
  if (!(forSeconds > 0)) throw new RangeError(`forSeconds: got ${forSeconds}, allowed is above 0`);
  const untilMs = nowMs + forSeconds * 1000;
  await breaker.override('target', key, { mode, reason, actor, sinceMs: nowMs, untilMs });
}

class GuardedCalls {
  readonly #breaker: Breaker;
  readonly #timeoutSeconds: number;
  readonly #request: CallRequest;
  readonly #classify: (error: unknown) => Classification;

  constructor(
    breaker: Breaker,
    timeoutSeconds: number,
    classify: (error: unknown) => Classification,
  ) {
    this.#breaker = breaker;
    this.#timeoutSeconds = timeoutSeconds;
    this.#request = { leaseMs: permitLeaseMs(timeoutSeconds * 1000) };
    this.#classify = classify;
  }

  admit(key: string): Admission | Promise<Admission> {
    return this.#breaker.admit(key, this.#request);
  }

  call<Result>(key: string, run: (call: GuardedCall) => Promise<Result>): Promise<Result> {
    try {
      // An admission that needs no I/O is not a promise, so the call does not have to wait for it.
      const admission = this.#breaker.admit(key, this.#request);
      return admission instanceof Promise
        ? admission.then((admitted) => this.#run(admitted, run))
        : this.#run(admission, run);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Reports the outcome in a `then` of the call's promise, which costs less than an `await`. */
  #run<Result>(admission: Admission, run: (call: GuardedCall) => Promise<Result>): Promise<Result> {
    if (!admission.admitted) throw new CircuitOpenError(admission);
    const { permit } = admission;
    const call = new TimedCall(this.#timeoutSeconds);
    const succeeded = (result: Result) => {
      call.end();
      const settled = permit.settle({ kind: 'success' });
      return settled ? settled.then(() => result) : result;
    };
    const failed = async (error: unknown): Promise<never> => {
      call.end();
      await permit.settle(outcomeOf(call.isTimedOut ? 'timeout' : this.#classify(error)));
      throw error;
    };
    try {
      return run(call).then(succeeded, failed);
    } catch (error) {
      return failed(error);
    }
  }
}

/** A call that creates its signal and timer only when `signal` is first read. */
class TimedCall implements GuardedCall {
  readonly #seconds: number;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#start();
    return this.#controller.signal;
  }

  get isTimedOut(): boolean {
    return this.#controller?.signal.aborted ?? false;
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  #start(): AbortController {
    const controller = new AbortController();
    const message = `the call took longer than ${this.#seconds} s`;
    const error = new DOMException(message, 'TimeoutError');
    this.#timer = setTimeout(() => controller.abort(error), this.#seconds * 1000);
    return controller;
  }
}
