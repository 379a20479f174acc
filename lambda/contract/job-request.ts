import type { Conversation } from './conversation.ts';
import type { Priority, WhenOpen } from './words.ts';

/** A validated job: S3 stores the conversation, the job's row stores the options. */
export interface JobRequest {
  readonly conversation: Conversation;
  readonly options: JobOptions;
}

/** The caller's options for one job. */
export interface JobOptions {
  /** Name of the chain that serves the job. @default the default chain of the settings */
  readonly chain?: string;
  /** The job's behavior while circuits are open. */
  readonly whenOpen: WhenOpen;
  /** Name of the last tier that may serve. @default the last tier of the chain */
  readonly minTier?: string;
  /** The only regions that may serve, fallbacks included. @default all regions of the chain */
  readonly regions?: readonly string[];
  /**
   * `batch`: the job leaves half of each quota's burst to the others. @default interactive
   */
  readonly priority?: Priority;
  /** Seconds until the job expires. @default `jobs.deadlineSeconds` of the settings */
  readonly deadlineSeconds?: number;
  /** The caller's own short texts, returned with the job. @default none */
  readonly metadata?: Readonly<Record<string, string>>;
}
