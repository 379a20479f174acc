import { errorFacts } from '../lambda/aws/bedrock-error-facts.ts';
import { systemClock } from '../lambda/aws/system-clock.ts';
import { failureOf } from '../lambda/core/router/failure.ts';
import { isCredentialsError } from './credentials-errors.ts';
import type { CheckResult, Finding } from './finding.ts';

/**
 * The default time limit of a query. The doctor sends at most three queries in a row, the first
 * with a shorter limit, so it ends in under 30 s.
 */
const LIMIT_MS = 10_000;

export const CREDENTIALS_FIX =
  'get new credentials with `aws sso login`, or choose others with AWS_PROFILE or --profile; ' +
  'if they are new, check the clock of this machine';
export const NETWORK_FIX =
  'check the network, the proxy and the name of the region, then run the doctor again';

export interface AwsQuery {
  readonly check: Finding['check'];
  readonly subject: string;
  /** The IAM action that the query needs. */
  readonly action: string;
  /** The time limit in milliseconds. @default 10,000 */
  readonly limitMs?: number;
}

/**
 * Runs a check that sends requests to AWS. If a request fails or takes too long, the failure becomes
 * the finding. It is `bad` only if AWS refuses the credentials, because every other check then fails.
 */
export async function queryAws(
  query: AwsQuery,
  check: (signal: AbortSignal) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const { limitMs = LIMIT_MS } = query;
  try {
    return await within(limitMs, check);
  } catch (error: unknown) {
    return [{ check: query.check, subject: query.subject, ...failureResult(error, query) }];
  }
}

class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/**
 * Runs a check for at most `limitMs`. The signal aborts its requests. A credentials provider that
 * hangs ignores the signal, so the race ends the wait for it.
 */
async function within<Result>(
  limitMs: number,
  check: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TimeLimitError(`no response within ${limitMs / 1000} s`));
      controller.abort();
    }, limitMs);
  });
  try {
    return await Promise.race([check(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function failureResult(error: unknown, { action }: AwsQuery): CheckResult {
  if (error instanceof TimeLimitError) {
    return { level: 'warning', found: error.message, fix: NETWORK_FIX };
  }
  const facts = errorFacts(error);
  const { name, kind, status } = failureOf(facts, systemClock.now());
  if (isCredentialsError(name)) {
    return { level: 'bad', found: `no valid credentials: ${name}`, fix: CREDENTIALS_FIX };
  }
  // The code of a network error, such as ECONNREFUSED, says more than its name, `Error`.
  const reason = facts.code ?? facts.causeCode ?? name;
  const found = `not checked, because the request failed with ${reason}${status === undefined ? '' : ` (HTTP ${status})`}`;
  if (kind === 'config') {
    return { level: 'warning', found, fix: `allow ${action} for your user or role` };
  }
  const isNetwork = kind === 'network' || kind === 'timeout';
  return { level: 'warning', found, fix: isNetwork ? NETWORK_FIX : 'run the doctor again' };
}
