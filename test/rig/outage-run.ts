import type { Settings } from '../../lambda/contract/policy.ts';
import type { CallRecord } from '../../local/bedrock/call-log.ts';

/** The record of one simulated outage, in virtual time or in real time. */
export interface OutageRun {
  readonly settings: Settings;
  readonly outageStartMs: number;
  readonly outageEndMs: number;
  readonly jobs: readonly JobRecord[];
  readonly calls: readonly CallRecord[];
  /** The changes of circuits, in the order in which they happened. */
  readonly changes: readonly CircuitChange[];
  readonly deadLetters: number;
}

export type CircuitChange =
  | {
      readonly type: 'opened';
      readonly key: string;
      readonly atMs: number;
      readonly untilMs: number;
    }
  | { readonly type: 'half_opened' | 'closed'; readonly key: string; readonly atMs: number };

export interface JobRecord {
  readonly jobId: string;
  readonly status: string;
  /** The time of acceptance in milliseconds since the epoch. */
  readonly createdAt: number;
  readonly completedAt?: number;
  /** The tier that answered. */
  readonly tier?: string;
  /** The lowest tier that the caller allows. @default any tier */
  readonly minTier?: string;
  /** The regions that the caller allows. @default all regions */
  readonly regions?: readonly string[];
}
