/** The queue only hints at work; the job's row is the truth. */
export interface JobQueue {
  /** At least once, `delayMs` from now at the earliest, 15 minutes at the most. */
  send(message: JobPointer, delayMs: number): Promise<void>;
  /** About how many messages wait to be received, delayed ones not among them. */
  countWaiting(): Promise<number>;
  /** Puts a message that ends here where operators look, with the reason beside it. */
  deadLetter(body: string, reason: string): Promise<void>;
}

export interface JobPointer {
  readonly jobId: string;
  /** The row's generation when it was sent; a row that has moved on makes the message stale. */
  readonly generation: number;
}
