import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Handler, readBody, sendJson } from '../../console/server/loopback.ts';
import type { Authorize } from '../iam.ts';
import { parseJson } from '../json.ts';
import { ACCOUNT, REGION } from '../resources.ts';
import type { Stack } from '../stack.ts';
import { KIND, type Unkind } from '../unkind.ts';

const AMZ_JSON = 'application/x-amz-json-1.1';
/** EventBridge's limit for the body of a request. */
const MAX_REQUEST_BYTES = 1024 * 1024;
/** The number of events to keep, so that a run of several days does not use ever more memory. */
const KEPT_EVENTS = 10_000;

/** The shares of events that EventBridge delivers twice, and after a later event. */
const REPEATED_SHARE = 0.1;
const LATE_SHARE = 0.2;

/** An event as the target of a rule would receive it. */
export interface BusEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly time: string;
}

export interface EventBuses {
  readonly handler: Handler;
  /** Returns the latest events, oldest first. */
  events(): readonly BusEvent[];
}

/**
 * Serves EventBridge's PutEvents. It records the events; no rule delivers them. With the unkind behaviour
 * `duplicates`, some events are recorded twice, and among those before them.
 */
export function serveEventBuses(
  stack: Stack,
  authorize: Authorize,
  unkind: Unkind = KIND,
): EventBuses {
  const buses = new Set(
    stack.resources('AWS::Events::EventBus', z.looseObject({})).map(({ ref }) => ref),
  );
  const kept: BusEvent[] = [];
  const repeats = unkind.chance('duplicates', REPEATED_SHARE);
  const isLate = unkind.chance('duplicates', LATE_SHARE);
  const keep = (event: BusEvent) => {
    // An earlier event that is late arrives after this one.
    kept.splice(isLate() ? Math.max(0, kept.length - 1) : kept.length, 0, event);
    if (kept.length > KEPT_EVENTS) kept.shift();
  };

  const put = (entry: Entry) => {
    const { EventBusName: bus, Source: source, DetailType: detailType } = entry;
    if (!buses.has(bus)) {
      return {
        ErrorCode: 'ResourceNotFoundException',
        ErrorMessage: `event bus ${bus} does not exist`,
      };
    }
    const detail = parseJson(entry.Detail);
    if (typeof detail !== 'object' || detail === null) {
      return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    }
    const id = randomUUID();
    const time = new Date(entry.Time ? entry.Time * 1000 : Date.now()).toISOString();
    const event = { id, bus, source, detailType, detail, time };
    keep(event);
    if (repeats()) keep(event);
    return { EventId: id };
  };

  const handler: Handler = async (request, response) => {
    const body = await readBody(request, MAX_REQUEST_BYTES);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const fail = (type: string, message: string) =>
      sendJson(response, 400, { __type: type, message }, AMZ_JSON);
    if (operation !== 'PutEvents') {
      return fail('UnknownOperationException', `operation ${operation} is not emulated`);
    }
    const parsed = putEvents.safeParse(parseJson(String(body)));
    if (!parsed.success) return fail('ValidationException', z.prettifyError(parsed.error));

    const { Entries } = parsed.data;
    for (const { EventBusName } of Entries) {
      const arn = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/${EventBusName}`;
      const denial = authorize(request.headers, 'events:PutEvents', arn);
      if (denial) return fail('AccessDeniedException', denial);
    }
    const results = Entries.map(put);
    const FailedEntryCount = results.filter(({ EventId }) => EventId === undefined).length;
    return sendJson(response, 200, { Entries: results, FailedEntryCount }, AMZ_JSON);
  };
  return { handler, events: () => [...kept] };
}

const entry = z.looseObject({
  EventBusName: z.string().default('default'),
  Source: z.string().min(1),
  DetailType: z.string().min(1).max(128),
  Detail: z.string(),
  /** Seconds since the epoch. */
  Time: z.number().optional(),
});
type Entry = z.infer<typeof entry>;

const putEvents = z.looseObject({ Entries: z.array(entry).min(1).max(10) });
