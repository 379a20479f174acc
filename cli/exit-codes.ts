/** The exit codes of `holdfast`. A script may rely on them; none is reused for another meaning. */
export const EXIT = {
  ok: 0,
  /** The job ended without an answer, or a check of the doctor is bad. */
  failed: 1,
  /** The command line is not valid. */
  usage: 2,
  /** The job has not ended within `--timeout`. */
  pending: 3,
  notFound: 4,
  /** The key, the credentials or the rights do not suffice. */
  refused: 5,
  /** The instance does not respond, or none was found. */
  unreachable: 6,
  /** The request is not valid, or contradicts the state of the job. */
  rejected: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit codes for a stack that cannot be used, by the reason. */
export const CONNECTION_EXITS = {
  usage: EXIT.usage,
  'not-found': EXIT.notFound,
  refused: EXIT.refused,
  unreachable: EXIT.unreachable,
} as const;

/** The exit codes as the help lists them. */
export const EXIT_TEXT = `Exit codes:
  0    the command did what it was asked
  1    the job ended without an answer, or the doctor found something bad
  2    the command line is not valid
  3    the job has not ended within --timeout
  4    there is no such job, stack, setting or override
  5    the key, the credentials or the rights do not suffice
  6    the instance does not respond or is overloaded, or none was found
  7    the request is not valid, contradicts the state of the job, or was not confirmed
  130  interrupted with Ctrl-C
`;
