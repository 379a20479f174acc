/** The time that a step has to end by itself after its signal was aborted. */
const GRACE_MS = 10_000;

/** Runs the steps of a test, each within its time limit, and prints how each one ended. */
export class Report {
  readonly #startedAtMs = performance.now();
  readonly #interrupted: AbortSignal;
  #failed = false;

  /** @param interrupted ends the current step, as if its time limit had passed */
  constructor(interrupted: AbortSignal) {
    this.#interrupted = interrupted;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Runs a step and returns its result; rethrows its error. */
  async step<Result>(
    name: string,
    limitSeconds: number,
    run: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const startedAtMs = performance.now();
    try {
      const signal = AbortSignal.timeout(limitSeconds * 1000);
      const result = await within(AbortSignal.any([signal, this.#interrupted]), run);
      line('ok', performance.now() - startedAtMs, name);
      return result;
    } catch (error: unknown) {
      line('FAILED', performance.now() - startedAtMs, name);
      throw error;
    }
  }

  /** Prints the error that ended the test, and marks the test as failed. */
  fail(error: unknown): void {
    this.#failed = true;
    process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
  }

  end(): void {
    line(this.#failed ? 'FAILED' : 'ok', performance.now() - this.#startedAtMs, 'total');
  }
}

/** Runs a step. Abandons it and rejects if it does not end within `GRACE_MS` of its signal. */
function within<Result>(
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => setTimeout(reject, GRACE_MS, signal.reason).unref());
  });
  return Promise.race([run(signal), late]);
}

function line(status: string, ms: number, name: string): void {
  const seconds = (ms / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${status.padEnd(6)} ${seconds} s  ${name}\n`);
}
