import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The store's clock was within this span when it answered. */
export interface ServerTime {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** Notes the Date header of each answer on the answer, as the SDK shows no headers. */
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

/** The header is cut to whole seconds, so the clock was anywhere within that second. */
export function serverTimeOf(output: object): ServerTime {
  const metadata = '$metadata' in output ? Object(output.$metadata) : {};
  const earliestMs = Date.parse(String(metadata[DATE]));
  if (Number.isNaN(earliestMs)) return UNKNOWN;
  return { earliestMs, latestMs: earliestMs + 999 };
}

const DATE = 'serverDate';

/** An answer without a date says nothing of the clock, so it contradicts no clock. */
const UNKNOWN: ServerTime = {
  earliestMs: Number.NEGATIVE_INFINITY,
  latestMs: Number.POSITIVE_INFINITY,
};

function dateHeaderOf(response: unknown): unknown {
  const headers = Object(Object(response).headers);
  return headers.date ?? headers.Date;
}
