/** Where things lie: table keys, indexes and object keys. Lib creates them, adapters use them. */

export const JOBS_TABLE = {
  partitionKey: 'jobId',
  /** Newest first listing of one tenant: (tenant, `createdAt#jobId`). */
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
  /** What the sweeper has to look at, sparse: rows leave it at an end state. */
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
  /** In place of a circuit's key: what is noted of the chain's targets. */
  notesKey: 'targets',
  /** `window/<epoch>/<start>/<shard>`: what was counted. */
  windowItemPrefix: 'window',
  timeToLive: 'expiresAt',
} as const;

/** Named by the content: a request that reuses an id with another body never touches this one. */
export function promptKey(jobId: string, bodyHash: string): string {
  return `prompts/${jobId}/${bodyHash}`;
}

/** Named by the claim: a late twin writes an object that no row ever names. */
export function resultKey(jobId: string, claimToken: string): string {
  return `results/${jobId}/${claimToken}`;
}
