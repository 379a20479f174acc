import type { LogRecord } from './log-record.ts';

/** A change of a circuit, as a function logs it at once. The metrics tell it only once a minute. */
export type CircuitNews =
  | {
      readonly type: 'opened';
      readonly target: string;
      /** The time of the next probe, in milliseconds since the Unix epoch. */
      readonly untilMs: number;
      /** The rule that opened the circuit, such as `rate`, or `probe` if the recovery failed. */
      readonly rule: string;
      readonly calls: number;
      readonly failures: number;
      /** The most frequent kind of failure. */
      readonly failure?: string;
    }
  | {
      readonly type: 'stage';
      readonly target: string /** 0 is the first. */;
      readonly stage: number;
    }
  | { readonly type: 'closed'; readonly target: string };

/** Returns `undefined` for a record of something else. */
export function circuitNews(record: LogRecord): CircuitNews | undefined {
  if (record.kind !== 'message') return undefined;
  const { message, fields } = record;
  const { target, stage, failure } = fields;
  if (typeof target !== 'string') return undefined;
  switch (message) {
    case 'circuit opened':
      return {
        type: 'opened',
        target,
        untilMs: Number(fields.untilMs),
        rule: String(fields.rule),
        calls: Number(fields.calls),
        failures: Number(fields.failures),
        ...(typeof failure === 'string' && { failure }),
      };
    case 'circuit recovery stage began':
      return { type: 'stage', target, stage: Number(stage) };
    case 'circuit closed':
      return { type: 'closed', target };
    default:
      return undefined;
  }
}
