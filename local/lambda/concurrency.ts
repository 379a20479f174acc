/** The number of invocations that functions with one limit may run at a time. */
export class Concurrency {
  readonly #limit: number;
  #running = 0;

  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  /** Begins an invocation. Returns false if it is throttled. */
  enter(): boolean {
    if (this.#running >= this.#limit) return false;
    this.#running++;
    return true;
  }

  /** Ends an invocation that entered. */
  leave(): void {
    this.#running--;
  }
}

/**
 * Returns the limit of each function: its own reserved concurrency, or what all reservations leave of the
 * account's limit, which the other functions share.
 *
 * @param account the account's limit. @default none
 * @param reservations the reserved concurrency of each function, by the function's name
 */
export function shareConcurrency(
  account = Number.POSITIVE_INFINITY,
  reservations: ReadonlyMap<string, number | undefined>,
): (functionName: string) => Concurrency {
  const reserved = [...reservations.values()].reduce<number>((sum, each) => sum + (each ?? 0), 0);
  if (reserved >= account) {
    throw new Error(
      `concurrency: got ${account}, allowed is more than the ${reserved} that the template reserves for single functions`,
    );
  }
  const shared = new Concurrency(account - reserved);
  const own = new Map(
    [...reservations].map(([name, limit]) => [
      name,
      limit === undefined ? shared : new Concurrency(limit),
    ]),
  );
  return (name) => own.get(name) ?? shared;
}
