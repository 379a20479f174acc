/** What can become of one call that a function makes to a service. */
export const FATES = [
  /** The network fails before it, in each attempt of the SDK: nothing happens. */
  'not-sent',
  /** The service answers each attempt with an error: nothing happens. */
  'error-answer',
  /** It happens; the answer is lost, and the SDK's next attempt meets what the first has done. */
  'answer-lost',
  /** It happens, and no attempt's answer arrives: the caller takes it for not done. */
  'unanswered',
  /** It happens, and the process is dead. */
  'killed',
  /** It happens, and the process stands still for longer than its lease. */
  'stalled',
] as const;
export type Fate = (typeof FATES)[number];

/** Fates that a real SDK client meets, by what its server does. */
export const WIRE_FATES: readonly Fate[] = ['not-sent', 'error-answer', 'answer-lost', 'killed'];

/** Behind a port a refusal looks the same whoever refused. */
export const PORT_FATES: readonly Fate[] = [
  'not-sent',
  'answer-lost',
  'unanswered',
  'killed',
  'stalled',
];

/** The n-th call of a run, counted from 1, and what becomes of it. */
export interface Point {
  readonly n: number;
  readonly fate: Fate;
}

export type FunctionName = 'request' | 'worker' | 'sweeper' | 'operator';

export interface Call {
  readonly caller: FunctionName;
  readonly name: string;
}

export interface Strike extends Call, Point {}

/**
 * Numbers the calls of a run and strikes those that it is told to. It knows no list of them: whoever
 * asks for one number after the other has met every call once a run ends with fewer.
 */
export class FaultPlan {
  readonly strikes: Strike[] = [];
  readonly #points: readonly Point[];
  #calls = 0;

  constructor(points: readonly Point[] = []) {
    this.#points = points;
  }

  /** Whether every point was met. */
  get isSpent(): boolean {
    return this.strikes.length === this.#points.length;
  }

  /** Calls that were made so far. */
  get calls(): number {
    return this.#calls;
  }

  /** What becomes of the next call. */
  strike(call: Call): Fate | undefined {
    this.#calls += 1;
    const point = this.#points.find(({ n }) => n === this.#calls);
    if (!point) return undefined;
    this.strikes.push({ ...call, ...point });
    return point.fate;
  }
}
