import type { StreamRule } from './fault-rule.ts';
import type { FailingRule } from './faults.ts';
import { type ModelCall, matches } from './model-call.ts';
import type { Protocol } from './two-protocol-server.ts';

type FailureKind = (FailingRule | StreamRule)['fault'];

/** The facts about a call that are known when it begins. The log never keeps a prompt. */
export interface CallStart extends ModelCall {
  readonly protocol: Protocol;
  readonly jobId?: string;
  readonly inputTokens: number;
  readonly maxTokens: number;
}

export type CallOutcome = 'in-flight' | EndOutcome;
/** `abandoned` means that the caller left before the end of the answer. */
export type EndOutcome = 'answered' | 'abandoned' | FailureKind;

export interface CallRecord extends CallStart {
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly outcome: CallOutcome;
  /** The HTTP status. @default the call is in flight, or got no response */
  readonly status?: number;
  /** The time until the caller got the first token, in milliseconds. @default it got no token */
  readonly firstTokenMs?: number;
  /** The tokens of the answer that the caller got so far. @default none */
  readonly outputTokens?: number;
  /** The duration in milliseconds. @default the call is in flight */
  readonly ms?: number;
}

export const CALL_FILTERS = ['operation', 'region', 'model', 'jobId', 'outcome'] as const;

/** Patterns, in which `*` stands for any characters. */
export type CallFilter = { readonly [Name in (typeof CALL_FILTERS)[number]]?: string };

export interface TargetStatistics {
  readonly region: string;
  readonly model: string;
  readonly calls: number;
  readonly answered: number;
  readonly abandoned: number;
  /** The failed calls by outcome. */
  readonly failed: Readonly<Record<string, number>>;
  readonly inFlight: number;
  readonly maxConcurrency: number;
}

export interface Statistics {
  /** The connections opened since the start or the last reset. */
  readonly connections: Readonly<Record<Protocol, number>>;
  readonly targets: readonly TargetStatistics[];
}

/** Records what happens to a call after its begin. */
export interface LoggedCall {
  /** Records how many tokens of the answer the caller got so far. */
  sent(outputTokens: number): void;
  /** Records the end of the call. Only the first end counts. */
  end(outcome: EndOutcome, status?: number): void;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Counters = Mutable<Omit<TargetStatistics, 'failed'>> & { failed: Record<string, number> };

/** The latest calls, and the counts of all calls by target. */
export class CallLog {
  readonly #now: () => number;
  readonly #limit: number;
  #calls: Mutable<CallRecord>[] = [];
  #connections: Record<Protocol, number> = { 'HTTP/1.1': 0, 'HTTP/2': 0 };
  #targets = new Map<string, Counters>();

  constructor(now: () => number, limit = 20_000) {
    this.#now = now;
    this.#limit = limit;
  }

  connected(protocol: Protocol): void {
    this.#connections[protocol] += 1;
  }

  begin(start: CallStart): LoggedCall {
    const call: Mutable<CallRecord> = { ...start, startedAtMs: this.#now(), outcome: 'in-flight' };
    this.#calls.push(call);
    // The list is halved, because dropping one call at a time would move the whole list each time.
    if (this.#calls.length >= 2 * this.#limit) this.#calls = this.#calls.slice(-this.#limit);
    const counters = this.#countersOf(start);
    counters.calls += 1;
    counters.inFlight += 1;
    counters.maxConcurrency = Math.max(counters.maxConcurrency, counters.inFlight);

    return {
      sent: (outputTokens) => {
        call.firstTokenMs ??= this.#now() - call.startedAtMs;
        call.outputTokens = outputTokens;
      },
      end: (outcome, status) => {
        if (call.outcome !== 'in-flight') return;
        call.outcome = outcome;
        call.ms = this.#now() - call.startedAtMs;
        if (status !== undefined) call.status = status;
        counters.inFlight -= 1;
        if (outcome === 'answered' || outcome === 'abandoned') counters[outcome] += 1;
        else counters.failed[outcome] = (counters.failed[outcome] ?? 0) + 1;
      },
    };
  }

  /** Returns the calls that match the filter, in the order in which they began. */
  calls(filter: CallFilter = {}): readonly CallRecord[] {
    return this.#calls
      .filter((call) =>
        CALL_FILTERS.every((name) => matches(filter[name] ?? '*', call[name] ?? '')),
      )
      .map((call) => ({ ...call }));
  }

  statistics(): Statistics {
    return structuredClone({
      connections: this.#connections,
      targets: [...this.#targets.values()],
    });
  }

  /** Empties the log. The end of a call that is in flight now will not be logged. */
  reset(): void {
    this.#calls = [];
    this.#targets.clear();
    this.#connections = { 'HTTP/1.1': 0, 'HTTP/2': 0 };
  }

  #countersOf({ region, model }: CallStart): Counters {
    const key = `${region}/${model}`;
    const counters = this.#targets.get(key) ?? {
      region,
      model,
      calls: 0,
      answered: 0,
      abandoned: 0,
      failed: {},
      inFlight: 0,
      maxConcurrency: 0,
    };
    this.#targets.set(key, counters);
    return counters;
  }
}
