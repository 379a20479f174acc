import type { FailingRule } from './faults.ts';
import type { Operation } from './operation.ts';
import { matches } from './pattern.ts';

type FailureKind = FailingRule['fault'];
export type Protocol = 'HTTP/1.1' | 'HTTP/2';

/** What is known of a call when it begins. Never its text. */
export interface CallStart {
  readonly operation: Operation;
  readonly region: string;
  /** As it was called: an id or an ARN. */
  readonly model: string;
  readonly protocol: Protocol;
  readonly jobId?: string;
  readonly inputTokens: number;
  readonly maxTokens: number;
}

/** `in-flight`, `answered`, `abandoned` (the caller left first), or the kind of the failure. */
export type CallOutcome = 'in-flight' | EndOutcome;
export type EndOutcome = 'answered' | 'abandoned' | FailureKind;

export interface CallRecord extends CallStart {
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly outcome: CallOutcome;
  /** Absent while in flight, and when no answer was sent. */
  readonly status?: number;
  /** How long it took; absent while in flight. */
  readonly ms?: number;
}

export const CALL_FILTERS = ['operation', 'region', 'model', 'jobId', 'outcome'] as const;

/** Each may hold `*`. */
export type CallFilter = { readonly [Name in (typeof CALL_FILTERS)[number]]?: string };

export interface TargetStatistics {
  readonly region: string;
  readonly model: string;
  readonly calls: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly inFlight: number;
  readonly maxConcurrency: number;
}

export interface Statistics {
  /** Opened since the start or the last reset. */
  readonly connections: Readonly<Record<Protocol, number>>;
  readonly targets: readonly TargetStatistics[];
}

/** Ends the call in the log; a second end changes nothing. */
export type EndCall = (outcome: EndOutcome, status?: number) => void;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Counters = Mutable<Omit<TargetStatistics, 'failed'>> & { failed: Record<string, number> };

/** The last calls, and counts of all of them by target. */
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

  begin(start: CallStart): EndCall {
    const call: Mutable<CallRecord> = { ...start, startedAtMs: this.#now(), outcome: 'in-flight' };
    this.#calls.push(call);
    // Trimmed by halves: dropping one call each time would move the whole list each time.
    if (this.#calls.length >= 2 * this.#limit) this.#calls = this.#calls.slice(-this.#limit);
    const counters = this.#countersOf(start);
    counters.calls += 1;
    counters.inFlight += 1;
    counters.maxConcurrency = Math.max(counters.maxConcurrency, counters.inFlight);

    return (outcome, status) => {
      if (call.outcome !== 'in-flight') return;
      call.outcome = outcome;
      call.ms = this.#now() - call.startedAtMs;
      if (status !== undefined) call.status = status;
      counters.inFlight -= 1;
      if (outcome === 'answered' || outcome === 'abandoned') counters[outcome] += 1;
      else counters.failed[outcome] = (counters.failed[outcome] ?? 0) + 1;
    };
  }

  /** In the order they began. */
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

  /** Forgets all; a call in flight ends unseen. */
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
