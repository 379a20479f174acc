import { z } from 'zod';
import { type Handler, readBody, sendJson } from '../../console/server/loopback.ts';
import type { Authorize } from '../iam.ts';
import { parseJson } from '../json.ts';
import { ACCOUNT, REGION } from '../resources.ts';
import type { Stack } from '../stack.ts';

const AMZ_JSON = 'application/x-amz-json-1.1';
/** The limit of CloudWatch Logs for the body of a request. */
const MAX_REQUEST_BYTES = 1024 * 1024;
/** The number of events to keep, so that a run of several days does not use ever more memory. */
const KEPT_EVENTS = 1_000;

export interface LogEvent {
  readonly logGroup: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

export interface LogStreams {
  readonly handler: Handler;
  /** Returns the latest events, oldest first. */
  events(): readonly LogEvent[];
}

/** Serves PutLogEvents of CloudWatch Logs for the log streams of the stack. */
export function serveLogStreams(stack: Stack, authorize: Authorize): LogStreams {
  const streams = new Set(
    stack
      .resources('AWS::Logs::LogStream', logStream)
      .map(({ ref, properties }) => `${properties.LogGroupName}:log-stream:${ref}`),
  );
  const kept: LogEvent[] = [];

  const handler: Handler = async (request, response) => {
    const body = await readBody(request, MAX_REQUEST_BYTES);
    const fail = (type: string, message: string) =>
      sendJson(response, 400, { __type: type, message }, AMZ_JSON);
    const parsed = putLogEvents.safeParse(parseJson(String(body)));
    if (!parsed.success) return fail('InvalidParameterException', z.prettifyError(parsed.error));

    const { logGroupName, logStreamName, logEvents } = parsed.data;
    const stream = `${logGroupName}:log-stream:${logStreamName}`;
    const arn = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${stream}`;
    const denial = authorize(request.headers, 'logs:PutLogEvents', arn);
    if (denial) return fail('AccessDeniedException', denial);
    if (!streams.has(stream)) {
      return fail('ResourceNotFoundException', `log stream ${stream} does not exist`);
    }
    kept.push(...logEvents.map((event) => ({ logGroup: logGroupName, ...event })));
    kept.splice(0, kept.length - KEPT_EVENTS);
    return sendJson(response, 200, {}, AMZ_JSON);
  };
  return { handler, events: () => [...kept] };
}

const logStream = z.looseObject({ LogGroupName: z.string() });

const putLogEvents = z.looseObject({
  logGroupName: z.string(),
  logStreamName: z.string(),
  logEvents: z.array(z.object({ timestamp: z.number(), message: z.string().min(1) })).min(1),
});
