/**
 * The vocabulary shared by the API, the records and the code. A word here is stored in tables and
 * sent to callers, so renaming one is a migration.
 */

export const JOB_STATUSES = [
  'QUEUED',
  'RUNNING',
  'DEFERRED',
  'SUCCEEDED',
  'FAILED',
  'DEAD_LETTERED',
  'EXPIRED',
  'CANCELLED',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** A job in one of these states changes no more, but for a redrive of a dead-lettered one. */
export const END_STATUSES = [
  'SUCCEEDED',
  'FAILED',
  'DEAD_LETTERED',
  'EXPIRED',
  'CANCELLED',
] as const;
export type EndStatus = (typeof END_STATUSES)[number];

export function hasEnded(status: JobStatus): status is EndStatus {
  return (END_STATUSES as readonly JobStatus[]).includes(status);
}

/** Failures that say something of the target: they count in its circuit. */
export const TARGET_FAILURE_KINDS = [
  'quota-minute',
  'quota-day',
  'capacity',
  'fault',
  'timeout',
  'network',
] as const;
export type TargetFailureKind = (typeof TARGET_FAILURE_KINDS)[number];

/** `job`: the caller's request is at fault. `config`: access, id or lifecycle of the target is. */
export const FAILURE_KINDS = [...TARGET_FAILURE_KINDS, 'job', 'config'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** What the sweeper does about a job; `requeue`: its lease expired, `publish`: its completion event was not published. */
export const SWEEP_ACTIONS = [
  'send',
  'send-again',
  'requeue',
  'expire',
  'cancel',
  'publish',
] as const;

/** What a job does when circuits reject it: design choice of the caller, `fallback` by default. */
export const WHEN_OPEN = ['fallback', 'queue', 'fail'] as const;
export type WhenOpen = (typeof WHEN_OPEN)[number];

export const CIRCUIT_STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;
export type CircuitState = (typeof CIRCUIT_STATES)[number];

/** What an override can be set for, the narrowest first. */
export const OVERRIDE_SCOPES = ['target', 'profile', 'model', 'region'] as const;
export type OverrideScope = (typeof OVERRIDE_SCOPES)[number];

export const OVERRIDE_MODES = ['force-open', 'force-closed', 'observe'] as const;
export type OverrideMode = (typeof OVERRIDE_MODES)[number];
