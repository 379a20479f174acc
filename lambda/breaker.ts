/**
 * The circuit breaker by itself, for any async call of any Lambda (package export
 * `holdfast/breaker`): workers that share a store share their circuits.
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from './aws/system-clock.ts';
import { BREAKER_DEFAULTS, type BreakerPolicy } from './contract/policy.ts';
import type { OverrideMode } from './contract/words.ts';
import type { Admission, Permit, RejectReason } from './core/breaker/admission.ts';
import { Breaker } from './core/breaker/breaker.ts';
import { checkPolicy } from './core/breaker/check-policy.ts';
import type { CircuitStore } from './core/breaker/circuit-store.ts';
import { type Classification, classifyByStatus } from './core/breaker/classify.ts';
import type { CircuitEvent } from './core/breaker/events.ts';
import { outcomeOf } from './core/breaker/passage.ts';

export type { Admission, BreakerPolicy, CircuitEvent, CircuitStore, Classification, Permit };

export interface GuardOptions {
  /** Shared by all workers: `DynamoDbCircuitStore`, or `MemoryCircuitStore` for one process. */
  readonly store: CircuitStore;
  /** What differs from the defaults. @default `BREAKER_DEFAULTS` */
  readonly policy?: Partial<BreakerPolicy>;
  /** What an error says of the target. @default by HTTP status */
  readonly classify?: (error: unknown) => Classification;
  /** Learns of each change of a circuit that this worker made, and of a lost store. */
  readonly on?: (event: CircuitEvent) => void;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export interface Guard {
  /**
   * Calls, and settles by what it comes to. The signal aborts at the call timeout; a function that
   * takes none has to end by itself. Throws a CircuitOpenError instead of calling.
   */
  call<Result>(key: string, run: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /** The function, guarded. */
  wrap<Args extends readonly unknown[], Result>(
    key: string,
    run: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result>;
  /** Leave to make one call, or the refusal, as a value. */
  admit(key: string): Admission | Promise<Admission>;
  /** A Lambda handler that writes what was counted before it ends. */
  handler<Args extends readonly unknown[], Result>(
    handle: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result>;
  /** Overrules a circuit for a while, for all workers; `undefined` lifts it. */
  override(key: string, override: GuardOverride | undefined): Promise<void>;
  flush(): Promise<void>;
}

export interface GuardOverride {
  readonly mode: OverrideMode;
  readonly reason: string;
  readonly actor: string;
  readonly forSeconds: number;
}

/** Thrown instead of a call that a circuit does not admit. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  readonly key: string;
  readonly retryAfterMs: number;
  readonly reason: RejectReason;

  constructor(key: string, retryAfterMs: number, reason: RejectReason) {
    super(`circuit ${key} admits no call (${reason}), try again in ${Math.ceil(retryAfterMs)} ms`);
    this.key = key;
    this.retryAfterMs = retryAfterMs;
    this.reason = reason;
  }
}

export function createBreaker(options: GuardOptions): Guard {
  const policy = { ...BREAKER_DEFAULTS, ...options.policy };
  checkPolicy(policy);
  const { classify = classifyByStatus } = options;
  const clock = { ...systemClock, now: options.now ?? systemClock.now };
  const breaker = new Breaker({
    store: options.store,
    policy: () => policy,
    clock,
    random: Math.random,
    workerId: randomUUID(),
    classify,
    ...(options.on && { on: options.on }),
  });
  const calls = new GuardedCalls(breaker, policy, clock.now, classify);
  return {
    call: (key, run) => calls.call(key, run),
    wrap:
      (key, run) =>
      (...args) =>
        calls.callPlain(key, () => run(...args)),
    admit: (key) => breaker.admit(key),
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
  readonly #policy: BreakerPolicy;
  readonly #now: () => number;
  readonly #classify: (error: unknown) => Classification;
  #plain: unknown;

  constructor(
    breaker: Breaker,
    policy: BreakerPolicy,
    now: () => number,
    classify: (error: unknown) => Classification,
  ) {
    this.#breaker = breaker;
    this.#policy = policy;
    this.#now = now;
    this.#classify = classify;
  }

  call<Result>(key: string, run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    return this.#isPlain(run) ? this.callPlain(key, run) : this.#admitAndRun(key, run);
  }

  /** For a function that takes no signal. */
  callPlain<Result>(key: string, run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const passage = this.#breaker.pass(key);
    if (!passage) return this.#admitAndRun(key, run);
    try {
      return run(NEVER).then(passage.succeeded, passage.failed);
    } catch (error) {
      return passage.failed(error);
    }
  }

  /** To read a function's length takes a tenth of the whole call, so the last answer is kept. */
  #isPlain(run: (signal: AbortSignal) => unknown): boolean {
    if (run === this.#plain) return true;
    if (run.length > 0) return false;
    this.#plain = run;
    return true;
  }

  async #admitAndRun<Result>(
    key: string,
    run: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const admission = await this.#breaker.admit(key);
    if (!admission.admitted) {
      throw new CircuitOpenError(key, admission.retryAfterMs, admission.reason);
    }
    const { permit } = admission;
    const startMs = this.#now();
    const timeout = run.length > 0 ? new CallTimeout(this.#policy.callTimeoutSeconds) : undefined;
    let result: Result;
    try {
      result = await run(timeout?.signal ?? NEVER);
    } catch (error) {
      const what = timeout?.isOver ? 'timeout' : this.#classify(error);
      await permit.settle(outcomeOf(what, this.#now() - startMs));
      throw error;
    } finally {
      timeout?.clear();
    }
    await permit.settle({ kind: 'success', elapsedMs: this.#now() - startMs });
    return result;
  }
}

const NEVER = new AbortController().signal;

/** Aborts a call when its full time is over. */
class CallTimeout {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    const error = new DOMException(`the call took longer than ${seconds} s`, 'TimeoutError');
    this.#timer = setTimeout(() => this.#controller.abort(error), seconds * 1000);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
