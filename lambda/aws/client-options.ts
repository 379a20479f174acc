import { Sha256 } from './sha256.ts';

/**
 * What every SDK client of ours gets; Bedrock's has a request handler of its own. The SDK's default
 * waits without end; these services answer in milliseconds, so a call that takes seconds is lost and
 * better sent again. Connections are kept alive, which is the SDK's default. The middleware of a
 * command is put together once and not with each call: a tenth of a job's CPU.
 */
export const CLIENT_OPTIONS = {
  cacheMiddleware: true,
  sha256: Sha256,
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

/** For S3: TLS guards the way and S3 checks what it stores; a CRC of each body is work on top. */
export const OBJECT_OPTIONS = {
  ...CLIENT_OPTIONS,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

/**
 * For the circuits: a counter that the SDK adds to again, after a lost answer, counts twice. And for
 * events and models, whose callers decide on another try.
 */
export const SINGLE_ATTEMPT_OPTIONS = { ...CLIENT_OPTIONS, maxAttempts: 1 } as const;

interface SdkClient {
  readonly middlewareStack: { remove(name: string): boolean };
}

/**
 * Takes out the SDK's logging of calls. Even with nowhere to log to it filters each input and output,
 * a twentieth of the worker's CPU; and with a logger it would write prompts and answers down.
 */
export function withoutCallLog<Client extends SdkClient>(client: Client): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
