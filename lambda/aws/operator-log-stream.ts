import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { isoTime } from '../core/clock.ts';
import type { OperatorLog } from '../core/operator-log.ts';
import { createClient } from './sdk-client.ts';

export interface OperatorLogStreamOptions {
  readonly logGroup: string;
  readonly logStream: string;
  /** @default a client of the function's own region */
  readonly client?: CloudWatchLogsClient;
}

/** A redrive may leave only five seconds for the record of it, including a second attempt. */
const LIMITS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true },
};

/** Writes each action as one event, in JSON, to a log stream that the stack has made. */
export function operatorLogStream(options: OperatorLogStreamOptions): OperatorLog {
  const { logGroup: logGroupName, logStream: logStreamName } = options;
  const client =
    options.client ?? createClient((common) => new CloudWatchLogsClient({ ...common, ...LIMITS }));
  return {
    async write({ atMs, ...action }) {
      const message = JSON.stringify({ time: isoTime(atMs), ...action });
      const { rejectedLogEventsInfo } = await client.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName,
          logEvents: [{ timestamp: atMs, message }],
        }),
      );
      // CloudWatch answers with success even if it refuses the time of an event.
      if (rejectedLogEventsInfo) throw new Error('CloudWatch Logs rejected the event');
    },
  };
}
