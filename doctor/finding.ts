/** What one check found. */
export interface Finding extends Verdict {
  readonly check: CheckName;
  /** What was looked at: a target's key, a tier's name, a region, a queue. */
  readonly subject: string;
}

/** `bad` stops a deploy from serving, `warning` may under load or in time. */
export interface Verdict {
  readonly level: 'good' | 'warning' | 'bad';
  readonly found: string;
  /** What to do; with every verdict that is not good. */
  readonly fix?: string;
}

export type CheckName =
  | 'settings'
  | 'node'
  | 'output-limit'
  | 'region'
  | 'credentials'
  | 'bootstrap'
  | 'model'
  | 'lifecycle'
  | 'quota'
  | 'concurrency'
  | 'stack'
  | 'parameter'
  | 'dead-letters'
  | 'api';
