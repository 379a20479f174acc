/** Runs steps one after the other, each within its limit, and says how each went. */
export class Report {
  readonly #startedAtMs = performance.now();
  readonly #interrupted: AbortSignal;
  #failed = false;

  /** @param interrupted ends the step that runs, as if its limit had come */
  constructor(interrupted: AbortSignal) {
    this.#interrupted = interrupted;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Throws what the step threw. */
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

  /** Whatever broke the run, in a step or between two. */
  fail(error: unknown): void {
    this.#failed = true;
    process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
  }

  end(): void {
    line(this.#failed ? 'FAILED' : 'ok', performance.now() - this.#startedAtMs, 'in all');
  }
}

/** A step that heeds its signal says what it waited for; one that does not is left behind. */
function within<Result>(
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => setTimeout(reject, HEED_MS, signal.reason).unref());
  });
  return Promise.race([run(signal), late]);
}

const HEED_MS = 10_000;

function line(verdict: string, ms: number, name: string): void {
  const seconds = (ms / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${verdict.padEnd(6)} ${seconds} s  ${name}\n`);
}
