/** The ways in which one call from a function to a service can go wrong. */
export const FAULTS = [
  /** The network fails before every attempt of the SDK. The service does nothing. */
  'not-sent',
  /** The service responds to every attempt with an error and does nothing. */
  'error-response',
  /**
   * The service does its work, but the response is lost. The SDK's next attempt finds that the first
   * one took effect.
   */
  'response-lost',
  /** The service does its work, but no attempt gets a response. The function sees a failed call. */
  'unanswered',
  /** The service does its work, and the process dies. */
  'killed',
  /** The service does its work, and the process stalls for longer than its lease. */
  'stalled',
] as const;
export type Fault = (typeof FAULTS)[number];

/** The faults that the simulated network can inject under a real SDK client. */
export const WIRE_FAULTS: readonly Fault[] = [
  'not-sent',
  'error-response',
  'response-lost',
  'killed',
];

/** The faults of a port. Through a port, `error-response` looks the same as `not-sent`. */
export const PORT_FAULTS: readonly Fault[] = [
  'not-sent',
  'response-lost',
  'unanswered',
  'killed',
  'stalled',
];

/** One fault and the number of the call that it hits. The first call of a run is 1. */
export interface FaultPoint {
  readonly n: number;
  readonly fault: Fault;
}

export type FunctionName = 'request' | 'worker' | 'sweeper' | 'operator';

export interface Call {
  readonly caller: FunctionName;
  readonly name: string;
}

export interface InjectedFault extends Call, FaultPoint {}

/**
 * Counts the calls of a run and injects a fault at each planned number. To inject a fault into
 * every call, plan 1, 2, 3 … until a run has fewer calls than the number; no list of the calls is
 * needed.
 */
export class FaultPlan {
  /** The faults that were injected so far, in order. */
  readonly injected: InjectedFault[] = [];
  readonly #points: readonly FaultPoint[];
  #calls = 0;

  constructor(points: readonly FaultPoint[] = []) {
    this.#points = points;
  }

  /** True when every planned fault has been injected. */
  get isComplete(): boolean {
    return this.injected.length === this.#points.length;
  }

  /** The number of calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Counts this call and returns the fault to inject, if one is planned for it. */
  next(call: Call): Fault | undefined {
    this.#calls += 1;
    const point = this.#points.find(({ n }) => n === this.#calls);
    if (!point) return undefined;
    this.injected.push({ ...call, ...point });
    return point.fault;
  }
}
