/** One call's claim to the lease. */
export interface RedriveClaim {
  /** Identifies the call. No other call, past or present, has this token. */
  readonly token: string;
  /** The ARN of the operator who calls. */
  readonly holder: string;
  /** The end of the lease if the call does not end it earlier. Milliseconds since the epoch. */
  readonly untilMs: number;
}

/**
 * The fleet's right to redrive. One call has it at a time, so the rate of that call is the rate of all
 * calls together. A lease ends by itself, so a call that was killed does not keep it.
 */
export interface RedriveLease {
  /** Takes the lease, and returns undefined. Returns the present claim if another call has it. */
  take(claim: RedriveClaim, nowMs: number): Promise<Omit<RedriveClaim, 'token'> | undefined>;
  /** Ends the claim's lease at its `untilMs`. Changes nothing if another call has the lease by now. */
  end(claim: RedriveClaim): Promise<void>;
}
