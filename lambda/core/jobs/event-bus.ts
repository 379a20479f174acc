import type { CompletionEvent } from './completion-event.ts';

/** Where the ends of jobs are told. */
export interface EventBus {
  /**
   * At least once each, ten at most. Says of each event, in order, whether the bus has taken it;
   * throws when the bus does not answer.
   */
  publish(events: readonly CompletionEvent[]): Promise<readonly boolean[]>;
}

/** What PutEvents takes in one request. */
export const EVENTS_PER_REQUEST = 10;
