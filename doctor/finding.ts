/** The result of one check of one subject. */
export interface Finding extends CheckResult {
  readonly check: CheckName;
  /** The thing that was checked: a target's key, a tier's name, a region, a queue. */
  readonly subject: string;
}

export interface CheckResult {
  /** `bad`: a deployment cannot serve. `warning`: it may stop serving under load, or later. */
  readonly level: 'good' | 'warning' | 'bad';
  /** The fact that was found, with its value. */
  readonly found: string;
  /** The action that repairs the fault; present unless the level is `good`. */
  readonly fix?: string;
}

export type CheckName =
  | 'settings'
  | 'node'
  | 'output-limit'
  | 'region'
  | 'credentials'
  | 'bootstrap'
  | 'access-logs'
  | 'redis-secret'
  | 'model'
  | 'capability'
  | 'lifecycle'
  | 'quota'
  | 'concurrency'
  | 'stack'
  | 'parameter'
  | 'dead-letters'
  | 'api';
