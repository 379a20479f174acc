/** Table keys, indexes and object keys: lib creates the resources, and the adapters use them. */

/** A job's id: 32 hexadecimal digits. */
export const JOB_ID = /^[0-9a-f]{32}$/;

/** An upload's id has the same form. */
export const UPLOAD_ID = JOB_ID;

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
      'chain',
      'servedBy',
      'tier',
      'degraded',
      'expiresAt',
    ],
  },
  /**
   * The rows that the sweeper must look at. The index is sparse: a row leaves it when the sweeper
   * no longer needs to check it.
   */
  due: {
    name: 'due',
    partitionKey: 'sweepShard',
    sortKey: 'dueAt',
    include: [
      'tenant',
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
  /** The partition key of a quota's bucket is this and the bucket's key. */
  bucketPrefix: 'bucket/',
  /** The partition key of items about all targets: disabled targets, model lifecycles. */
  notesKey: 'targets',
  /** The partition key of the lease of the redrive. */
  redriveKey: 'redrive',
  /** The partition key of the tenants that have jobs; the sort key is the tenant. */
  tenantsKey: 'tenants',
  /** The counts of a window have the sort key `window/<epoch>/<start>/<shard>`. */
  windowItemPrefix: 'window',
  timeToLive: 'expiresAt',
} as const;

/**
 * Returns the key of a prompt's object. The key includes the body's hash, so a request that reuses
 * an id with another body cannot overwrite the prompt.
 */
export function promptKey(jobId: string, bodyHash: string): string {
  return `prompts/${jobId}/${bodyHash}`;
}

/**
 * Returns the key of an answer's object. The key includes the claim's token, so a late duplicate
 * run writes an object that no row refers to.
 */
export function resultKey(jobId: string, claimToken: string): string {
  return `results/${jobId}/${claimToken}`;
}

/** Returns the key of the object, beside the answer's, that says why a model refused the job. */
export function errorDetailKey(jobId: string, claimToken: string): string {
  return `${resultKey(jobId, claimToken)}/error-detail`;
}

/** Returns the key of a file that a tenant uploads. `owner` is a hash of the tenant. */
export function uploadKey(owner: string, uploadId: string): string {
  return `${UPLOAD_PREFIX}${owner}/${uploadId}`;
}

/** The prefix of all uploads. They are deleted after a day; a job has copies of its own. */
export const UPLOAD_PREFIX = 'uploads/';

/**
 * Returns the key of a job's copy of an upload, beside its prompt. The key includes the token of the
 * request that copied it, so no other request can overwrite it.
 */
export function fileKey(jobId: string, requestToken: string, uploadId: string): string {
  return `prompts/${jobId}/${requestToken}/${uploadId}`;
}

/** Returns the prefixes of all objects of a job, including those that no row refers to. */
export function jobPrefixes(jobId: string): readonly string[] {
  return [`prompts/${jobId}/`, `results/${jobId}/`];
}
