/** What an operator did, from where, and what came of it. */
export interface OperatorAction {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly action: 'override' | 'lift' | 'enable' | 'redrive' | 'list' | 'read' | 'cancel';
  /** The id of the request in the access log and in the answer. */
  readonly requestId: string;
  /** The ARN of the IAM principal that signed the request. */
  readonly actor?: string;
  /** The id of the access key that signed the request, temporary or not. */
  readonly accessKeyId?: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
  /** The scope of an override. */
  readonly scope?: string;
  /** The target, profile, model or region of an override, or the target that was enabled. */
  readonly key?: string;
  /** The id in the path of a job, which may be anything that the caller wrote there. */
  readonly jobId?: string;
  /** The body or the query of a request that was accepted. */
  readonly request?: unknown;
  /** The HTTP status of the answer. */
  readonly status: number;
  /**
   * The body of the answer: what is in force now, what was moved, or why nothing was done. Of an answer
   * about jobs, only their ids.
   */
  readonly result: unknown;
}

/** The record of operators' actions. It is kept apart from the functions' logs, and for longer. */
export interface OperatorLog {
  write(action: OperatorAction): Promise<void>;
}
