/** Table keys, indexes and object keys: lib creates the resources, and the adapters use them. */

/** A job's id: 32 hexadecimal digits. */
export const JOB_ID = /^[0-9a-f]{32}$/;

export const JOBS_TABLE = {
  partitionKey: 'jobId',
  /** Lists one tenant's jobs, newest first: (tenant, `createdAt#jobId`). */
  byTenant: {
    name: 'byTenant',
    partitionKey: 'tenant',
    sortKey: 'createdKey',
    include: [
      'status',
      'createdAt',
      'completedAt',
      'nextAttemptAt',
      'servedBy',
      'tier',
      'degraded',
      'expiresAt',
    ],
  },
  /** The rows that the sweeper must look at. The index is sparse: rows leave it when they end. */
  due: {
    name: 'due',
    partitionKey: 'sweepShard',
    sortKey: 'dueAt',
    include: [
      'status',
      'generation',
      'sentAt',
      'leaseUntil',
      'nextAttemptAt',
      'deadlineAt',
      'cancelRequested',
      'eventPending',
    ],
  },
  timeToLive: 'expiresAt',
} as const;

export const SWEEP_SHARDS = 16;

export const CIRCUITS_TABLE = {
  partitionKey: 'circuit',
  sortKey: 'item',
  /** The circuit's record. It has no TTL. */
  controlItem: 'control',
  /** Replaces the circuit's key in items about all targets: disabled targets, model lifecycles. */
  notesKey: 'targets',
  /** `window/<epoch>/<start>/<shard>`: the counts of a window. */
  windowItemPrefix: 'window',
  timeToLive: 'expiresAt',
} as const;

/**
 * Includes the body's hash, so a request that reuses an id with another body cannot overwrite it.
 */
export function promptKey(jobId: string, bodyHash: string): string {
  return `prompts/${jobId}/${bodyHash}`;
}

/** Includes the claim's token: a late duplicate run writes an object that no row refers to. */
export function resultKey(jobId: string, claimToken: string): string {
  return `results/${jobId}/${claimToken}`;
}
