/** What one check found: `bad` stops a deploy from serving, `warning` may under load or in time. */
export interface Finding {
  readonly check: 'node' | 'model' | 'lifecycle' | 'output-limit';
  readonly level: 'good' | 'warning' | 'bad';
  /** What was looked at: a target's key, a tier's name. */
  readonly subject: string;
  readonly found: string;
  /** What to do; on every finding that is not good. */
  readonly fix?: string;
}
