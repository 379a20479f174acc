import type { CircuitsTable } from './circuits-table.ts';
import type { CompletionEvents } from './completion-events.ts';
import type { FunctionDefaults } from './holdfast-function.ts';
import type { JobsQueue } from './jobs-queue.ts';
import type { JobsTable } from './jobs-table.ts';
import type { ModelAccess } from './model-access.ts';
import type { ResultsBucket } from './results-bucket.ts';
import type { SettingsParameter } from './settings-parameter.ts';

/**
 * The props of every function of an instance. A function can use a part only if its construct
 * passes on the part's `environment` and calls one of the part's grants.
 */
export interface InstanceParts {
  /** The origins of web pages that may call the callers' routes. */
  readonly corsOrigins: readonly string[];
  /** The configuration that all functions share. */
  readonly functions: FunctionDefaults;
  /** The settings, which an operator can edit without a deploy. */
  readonly settings: SettingsParameter;
  /** The rows of all jobs. */
  readonly jobs: JobsTable;
  /** The circuits that the workers share. */
  readonly circuits: CircuitsTable;
  /** The prompts and results of all jobs. */
  readonly results: ResultsBucket;
  /** The messages that start the workers, and the dead-letter queue. */
  readonly queue: JobsQueue;
  /** The event bus for completion events. */
  readonly events: CompletionEvents;
  /** The models that the settings name. */
  readonly models: ModelAccess;
}
