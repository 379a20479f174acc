import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE } from '../contract/words.ts';
import type { EventBus } from '../core/jobs/event-bus.ts';
import { createClient, SINGLE_ATTEMPT } from './sdk-client.ts';

/**
 * EventBridge, by one attempt: an event that is not taken is sent again by the sweeper, and nobody
 * waits for it.
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
      // In the order of the request; an entry that was refused has a code instead of an id.
      return events.map((_, i) => Entries[i]?.EventId !== undefined);
    },
  };
}
