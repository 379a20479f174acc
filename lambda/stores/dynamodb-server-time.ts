import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StoreTime } from '../core/breaker/circuit-store.ts';

/** Copies the Date header of each response to its metadata, because the SDK does not expose headers. */
export function stampWithServerTime(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      if (result.output) {
        Object.assign(result.output.$metadata, { [DATE]: dateHeaderOf(result.response) });
      }
      return result;
    },
    { step: 'deserialize', priority: 'high', name: 'noteServerTime', override: true },
  );
}

/** Returns the store's time. The header has whole seconds, so the time is a range of one second. */
export function serverTimeOf(output: object): StoreTime {
  const metadata = '$metadata' in output ? Object(output.$metadata) : {};
  const earliestMs = Date.parse(String(metadata[DATE]));
  if (Number.isNaN(earliestMs)) return UNKNOWN;
  return { earliestMs, latestMs: earliestMs + 999 };
}

const DATE = 'serverDate';

/** A response without a date says nothing about the clock. */
const UNKNOWN: StoreTime = {
  earliestMs: Number.NEGATIVE_INFINITY,
  latestMs: Number.POSITIVE_INFINITY,
};

function dateHeaderOf(response: unknown): unknown {
  const headers = Object(Object(response).headers);
  return headers.date ?? headers.Date;
}
