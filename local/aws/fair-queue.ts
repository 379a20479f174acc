/**
 * The order of a fair queue of SQS: messages of quiet groups come before those of noisy ones, so one tenant's
 * burst does not delay the others. Without a burst, messages come in the order of their arrival.
 *
 * Source: AWS, "How Amazon SQS fair queues work". It gives the limits, but not the period of "recently".
 */
const NOISY_SHARE = 0.1;
const NOISY_IN_FLIGHT = 30;
const RECENT_HALF_LIFE_MS = 60_000;
/** Less recent time than this is forgotten. */
const LEAST_RECENT_MS = 1;

/** A group with messages that wait. */
export interface WaitingGroup {
  readonly group: string;
  /** The position of the group's oldest message in the order of arrival. */
  readonly oldest: number;
}

/** A number for each group, such as its messages in flight. */
export type ByGroup = ReadonlyMap<string, number>;

/**
 * Returns the group whose oldest message is delivered next.
 *
 * @param recentMs the processing time of each group's messages, recently, in milliseconds
 */
export function nextGroup(
  waiting: Iterable<WaitingGroup>,
  inFlight: ByGroup,
  recentMs: ByGroup,
): string | undefined {
  const inFlightTotal = sumOf(inFlight);
  const recentTotalMs = sumOf(recentMs);
  const isNoisy = (group: string) => {
    const own = inFlight.get(group) ?? 0;
    const holdsMany = own >= NOISY_IN_FLIGHT && own > NOISY_SHARE * inFlightTotal;
    return holdsMany || (recentMs.get(group) ?? 0) > NOISY_SHARE * recentTotalMs;
  };
  /** A quiet group ranks by age. A noisy one comes later, and first by its messages in flight. */
  const rankOf = ({ group, oldest }: WaitingGroup) =>
    isNoisy(group) ? ([1, inFlight.get(group) ?? 0, oldest] as const) : ([0, 0, oldest] as const);
  let first: { readonly group: string; readonly rank: readonly number[] } | undefined;
  for (const each of waiting) {
    const rank = rankOf(each);
    if (!first || isBefore(rank, first.rank)) first = { group: each.group, rank };
  }
  return first?.group;
}

/** Adds up the processing time of groups. The time counts half after a minute. */
export class ProcessingTimes {
  readonly #recentMs = new Map<string, number>();
  #inFlight: ByGroup = new Map();
  #observedAtMs = 0;

  get recentMs(): ByGroup {
    return this.#recentMs;
  }

  /** Is called whenever the messages in flight may have changed. */
  observe(inFlight: ByGroup, nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#observedAtMs);
    const left = 0.5 ** (elapsedMs / RECENT_HALF_LIFE_MS);
    for (const [group, count] of this.#inFlight) {
      this.#recentMs.set(group, (this.#recentMs.get(group) ?? 0) + count * elapsedMs);
    }
    for (const [group, ms] of this.#recentMs) {
      if (ms * left < LEAST_RECENT_MS) this.#recentMs.delete(group);
      else this.#recentMs.set(group, ms * left);
    }
    this.#inFlight = new Map(inFlight);
    this.#observedAtMs = nowMs;
  }
}

function sumOf(numbers: ByGroup): number {
  let sum = 0;
  for (const each of numbers.values()) sum += each;
  return sum;
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((each, i) => each !== other[i]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}
