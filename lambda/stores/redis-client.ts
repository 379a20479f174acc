/** The part of a Redis client that the stores use. An ioredis client fits. */
export interface RedisClient {
  eval(script: string, keys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
}

export interface RedisStoreOptions {
  /** The prefix of each key. @default 'holdfast/' */
  readonly prefix?: string;
  /** The longest wait for a response, in milliseconds. @default 1,000 */
  readonly timeoutMs?: number;
  /** The store's clock, in milliseconds since the Unix epoch. @default the server's TIME */
  readonly now?: () => number;
}

/** A script that failed. The message holds no key and no value. */
export class RedisFailure extends Error {
  override readonly name = 'RedisFailure';
  /** `no`: the server refused and changed nothing. `unknown`: the response was lost. */
  readonly applied: 'no' | 'unknown';
  constructor(message: string, applied: 'no' | 'unknown', options?: ErrorOptions) {
    super(message, options);
    this.applied = applied;
  }
}

/**
 * Runs a script, and waits at most `timeoutMs` for its response. The client itself may keep trying for
 * longer. Throws only a `RedisFailure`.
 */
export async function runScript(
  client: RedisClient,
  timeoutMs: number,
  script: string,
  keys: readonly string[],
  values: readonly (string | number)[],
): Promise<unknown> {
  const timeout = new Timeout(timeoutMs);
  try {
    const response = client.eval(script, keys.length, ...keys, ...values);
    return await Promise.race([response, timeout.passed]);
  } catch (error) {
    throw translate(error);
  } finally {
    timeout.clear();
  }
}

/** Errors that a server returns before it changes anything. */
const REFUSALS =
  /^(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MOVED|NOAUTH|NOPERM|NOREPLICAS|OOM|READONLY|TRYAGAIN|WRONGPASS)\b/;

/** Keeps only the first word of a server's error, which is its kind. The rest may quote keys. */
function translate(error: unknown): RedisFailure {
  if (error instanceof RedisFailure) return error;
  const { name, message } = error instanceof Error ? error : { name: 'unknown error', message: '' };
  const refusal = REFUSALS.exec(message)?.[1];
  const applied = refusal ? 'no' : 'unknown';
  return new RedisFailure(`redis: ${refusal ?? name}`, applied, { cause: error });
}

class Timeout {
  readonly passed: Promise<never>;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.passed = new Promise((_, reject) => {
      const error = new RedisFailure(`redis: no response within ${ms} ms`, 'unknown');
      this.#timer = setTimeout(() => reject(error), ms);
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
