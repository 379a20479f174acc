import { errorFacts } from '../lambda/aws/bedrock-error-facts.ts';
import { systemClock } from '../lambda/aws/system-clock.ts';
import { failureOf } from '../lambda/core/router/failure.ts';
import { CREDENTIALS_FIX, isCredentialsError } from './credentials-error.ts';
import type { Finding, Verdict } from './finding.ts';

/** Three questions in a row at most, of which the first has less, keep the whole under 30 s. */
const LIMIT_MS = 10_000;

export interface Question {
  readonly check: Finding['check'];
  readonly subject: string;
  /** The IAM action that the answer takes. */
  readonly action: string;
  /** @default 10,000 */
  readonly limitMs?: number;
}

/**
 * Asks AWS and says what came of it. A question that gets no answer, in time or at all, is a finding
 * too: only credentials that nobody accepts are bad by themselves.
 */
export async function ask(
  question: Question,
  look: (signal: AbortSignal) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const { check, subject, limitMs = LIMIT_MS } = question;
  try {
    return await within(limitMs, look);
  } catch (error: unknown) {
    return [{ check, subject, ...refusalOf(error, question) }];
  }
}

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The signal ends a request; a hanging provider of credentials does not heed it, so it is left. */
async function within<Result>(
  limitMs: number,
  look: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new NoAnswer(`no answer within ${limitMs / 1000} s`));
      controller.abort();
    }, limitMs);
  });
  try {
    return await Promise.race([look(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function refusalOf(error: unknown, { action }: Question): Verdict {
  if (error instanceof NoAnswer) {
    return { level: 'warning', found: error.message, fix: NETWORK_FIX };
  }
  const { name, kind, status } = failureOf(errorFacts(error), systemClock.now());
  if (isCredentialsError(name)) return { level: 'bad', found: name, fix: CREDENTIALS_FIX };
  const found = `not looked at: ${name}${status === undefined ? '' : ` ${status}`}`;
  if (kind === 'config') return { level: 'warning', found, fix: `allow ${action}` };
  const isNetwork = kind === 'network' || kind === 'timeout';
  return { level: 'warning', found, fix: isNetwork ? NETWORK_FIX : 'run again' };
}

const NETWORK_FIX = 'check the network, a proxy and the name of the region, then run again';
