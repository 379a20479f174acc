/**
 * The longest `wait` of GET /v1/jobs/{id}, in whole seconds. A request that waits occupies a sandbox of
 * the status function until the job ends.
 */
export const LONGEST_WAIT_SECONDS = {
  /** The status function shares the account's concurrency with the workers. */
  shared: 5,
  /**
   * The status function has a reserved concurrency, so waiting requests cannot take the workers'.
   * This is less than the function's timeout and the gateway's 29 s, so time is left to respond.
   */
  reserved: 20,
} as const;
