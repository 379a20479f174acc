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
