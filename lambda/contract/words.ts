/**
 * The vocabulary shared by the API, the records and the code. These words are stored in tables and
 * sent to callers, so renaming one is a migration. Every other list of them is derived from here.
 */

/**
 * The statuses of jobs that have not ended. `DEFERRED`: no target admitted the job, so it waits for
 * its next attempt.
 */
export const OPEN_STATUSES = ['QUEUED', 'RUNNING', 'DEFERRED'] as const;

/** A job in one of these states no longer changes, except when a dead-lettered one is redriven. */
export const END_STATUSES = [
  'SUCCEEDED',
  'FAILED',
  'DEAD_LETTERED',
  'EXPIRED',
  'CANCELLED',
] as const;
export type EndStatus = (typeof END_STATUSES)[number];

export const JOB_STATUSES = [...OPEN_STATUSES, ...END_STATUSES] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export function hasEnded(status: JobStatus): status is EndStatus {
  return (END_STATUSES as readonly JobStatus[]).includes(status);
}

/**
 * The states of the purge of an ended job's content. `begun`: its deletion was interrupted or goes on;
 * another request completes it. `done`: nothing is left.
 */
export const PURGE_STATES = ['begun', 'done'] as const;
export type PurgeState = (typeof PURGE_STATES)[number];

/**
 * The kinds of failed calls that count in the target's circuit. `timeout`: no first token within
 * its limit. `broken-stream`: the stream ended or paused after its first token. `model-error`: the
 * model could not process the request, or gave an unusable answer. `config`: the target's
 * permissions, id or lifecycle are at fault.
 */
export const TARGET_FAILURE_KINDS = [
  'quota-minute',
  'quota-day',
  'capacity',
  'fault',
  'timeout',
  'network',
  'broken-stream',
  'model-error',
  'config',
] as const;
export type TargetFailureKind = (typeof TARGET_FAILURE_KINDS)[number];

/** All kinds of failed calls. `job`: the caller's request is at fault. */
export const FAILURE_KINDS = [...TARGET_FAILURE_KINDS, 'job'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/**
 * The result of a job's attempt at one target. `unusable`: the answer was empty or malformed.
 * `aborted`: the call was stopped because its job was cancelled or belongs to another run.
 */
export const ATTEMPT_OUTCOMES = [
  'answered',
  'skipped',
  ...FAILURE_KINDS,
  'unusable',
  'aborted',
] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/**
 * The sweeper's actions on a job. `requeue`: its lease expired. `publish`: its completion event was
 * not published.
 */
export const SWEEP_ACTIONS = [
  'send',
  'send-again',
  'requeue',
  'expire',
  'cancel',
  'publish',
] as const;

/** The caller's choice for a job while targets reject calls; `fallback` is the default. */
export const WHEN_OPEN = ['fallback', 'queue', 'fail'] as const;
export type WhenOpen = (typeof WHEN_OPEN)[number];

/** `interactive` is the default. A `batch` job gives way to the others where a quota is short. */
export const PRIORITIES = ['interactive', 'batch'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const CIRCUIT_STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;
export type CircuitState = (typeof CIRCUIT_STATES)[number];

/**
 * The health states of a target, best first. `recovering`: the target answers again and gets a few
 * calls at a time. `waiting`: the target waits for traffic, because its cooldown is over and no job
 * has called it since. `unhealthy`: the target gets no calls for now, or a single one to find out
 * whether it answers. `disabled`: the target gets only periodic checks until its configuration is
 * fixed.
 */
export const HEALTH_STATES = ['healthy', 'recovering', 'waiting', 'unhealthy', 'disabled'] as const;
export type Health = (typeof HEALTH_STATES)[number];

/**
 * The calls that a target admits now, most first. `some`: a share of them, after it had too little
 * capacity. `probes`: as many at a time as its recovery stage
 * has permits.
 */
export const ADMITTED_CALLS = ['all', 'some', 'probes', 'none'] as const;
export type AdmittedCalls = (typeof ADMITTED_CALLS)[number];

/**
 * The states of a chain. `healthy`: a job is served by the first tier, and no target fails.
 * `unhealthy`: no target serves. `degraded`: all other cases.
 */
export const CHAIN_STATES = ['healthy', 'degraded', 'unhealthy'] as const;
export type ChainState = (typeof CHAIN_STATES)[number];

/** The requests for which a model can stream its answer: all, none, or those without tools. */
export const STREAMS = ['yes', 'no', 'not-with-tools'] as const;
export type Streams = (typeof STREAMS)[number];

/** The scopes that an override can have, narrowest first. */
export const OVERRIDE_SCOPES = ['target', 'profile', 'model', 'region'] as const;
export type OverrideScope = (typeof OVERRIDE_SCOPES)[number];

export const OVERRIDE_MODES = ['force-open', 'force-closed', 'observe'] as const;
export type OverrideMode = (typeof OVERRIDE_MODES)[number];

/** The source and detail type of a completion event; rules on the event bus match them. */
export const EVENT_SOURCE = 'holdfast';
export const EVENT_DETAIL_TYPE = 'Job ended';
