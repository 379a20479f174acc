import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE } from '../contract/words.ts';
import type { EventBus } from '../core/jobs/event-publisher.ts';
import { createClient, SINGLE_ATTEMPT } from './sdk-client.ts';

/**
 * Publishes events to EventBridge, with one attempt per request. A failed event is published again
 * later, so no caller has to wait for the SDK's retries.
 */
export function eventBridgeBus(
  busName: string,
  client = createClient((options) => new EventBridgeClient({ ...options, ...SINGLE_ATTEMPT })),
): EventBus {
  return {
    async publish(events) {
      const { Entries = [] } = await client.send(
        new PutEventsCommand({
          Entries: events.map((event) => ({
            EventBusName: busName,
            Source: EVENT_SOURCE,
            DetailType: EVENT_DETAIL_TYPE,
            Time: new Date(event.completedAt),
            Detail: JSON.stringify(event),
          })),
        }),
      );
      // The response's entries are in the order of the request; a refused entry has an error code
      // and no id.
      return events.map((_, i) => Entries[i]?.EventId !== undefined);
    },
  };
}
