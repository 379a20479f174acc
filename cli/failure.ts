import { Problem, Unreachable, WaitTimeout } from '../client/client.ts';
import { explainFailure, failureKind } from '../console/server/failure.ts';
import { UsageError } from '../doctor/options.ts';
import { CommandError } from './command-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface Failure {
  readonly exit: ExitCode;
  /** The message: what is wrong, and what to do. */
  readonly lines: readonly string[];
}

/** Explains an error to the user. Returns undefined for an error that is a fault of the program. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof CommandError) return { exit: error.exit, lines: error.message.split('\n') };
  if (error instanceof UsageError) return { exit: EXIT.usage, lines: [error.message] };
  if (error instanceof Problem) return { exit: exitOf(error), lines: linesOf(error) };
  if (error instanceof WaitTimeout) {
    const next = `It goes on. Next: holdfast wait ${error.jobId}`;
    return { exit: EXIT.pending, lines: [`The job ${error.jobId} has not ended yet. ${next}`] };
  }
  if (error instanceof Unreachable) return unreachable(error);
  return undefined;
}

function exitOf({ status }: Problem): ExitCode {
  if (status === 404) return EXIT.notFound;
  if (status === 401 || status === 403) return EXIT.refused;
  return status === 429 || status >= 500 ? EXIT.unreachable : EXIT.rejected;
}

function linesOf({ status, title, detail, errors = [], requestId }: Problem): readonly string[] {
  const reason = detail ?? HINTS[status];
  const request = status >= 500 && requestId ? ` (request ${requestId})` : '';
  return [
    `${title}${reason === undefined ? '' : `: ${reason}`}${request}`,
    ...errors.map((each) => `  ${each.field}: ${each.detail}`),
  ];
}

/** What to do where the problem has no detail of its own. */
const HINTS: Readonly<Record<number, string>> = {
  403: 'check the API key in HOLDFAST_API_KEY',
  404: 'check the id; a key reaches the jobs of its own tenant only, until their retention ends',
  429: 'try again later',
  503: 'try again later',
};

/** A request that got no response. Credentials that cannot be found end a request before it is sent. */
function unreachable({ message, cause }: Unreachable): Failure {
  if (failureKind(cause) === 'refused') {
    return { exit: EXIT.refused, lines: [explainFailure(cause, 'execute-api:Invoke')] };
  }
  const lines = [`${message}: check the address, and that the instance is up`];
  return { exit: EXIT.unreachable, lines };
}
