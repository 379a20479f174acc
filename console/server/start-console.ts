import { randomBytes } from 'node:crypto';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Instance } from '../contract/snapshot.ts';
import { chainsOf } from './chains.ts';
import { systemClock } from './clock.ts';
import { cloudWatchSeries } from './cloudwatch-series.ts';
import { createConsole } from './console.ts';
import { listenOnLoopback } from './loopback.ts';
import { createPageLoader } from './page.ts';
import { SnapshotReader } from './snapshot-reader.ts';
import { snapshotSources } from './sources.ts';
import { connectToStack, type StackConnection, type StackOptions } from './stack-connection.ts';

export interface ConsoleStartOptions extends StackOptions {
  /** The first port to try; 0 takes any free port. @default 8790 */
  readonly port?: number;
}

export interface StartedConsole {
  /**
   * The address to open, with the token in its fragment, which browsers do not send:
   * `http://127.0.0.1:8790/#token=…`.
   */
  readonly url: string;
  /** The stack that the console shows. */
  readonly instance: Instance;
  /** What the console cannot show or do, one line each, and that the port was busy. */
  readonly warnings: readonly string[];
  /** Closes all connections. */
  stop(): Promise<void>;
}

const DEFAULT_PORT = 8790;
const PORT_TRIES = 50;
const TOKEN_BYTES = 32;
const POLL_SECONDS = 5;
/** A little less than the page's period, so that each request finds new data. */
const EVERY_MS = POLL_SECONDS * 1000 - 500;
/** CloudWatch bills each read, and has a new value once a minute. */
const SERIES_EVERY_MS = 60_000;

/**
 * Serves the console of a deployed stack on this machine. It signs with the operator's credentials, so
 * each request must carry the token that only the returned address has.
 *
 * Rejects with a `ConnectionError` if the stack cannot be used.
 */
export async function startConsole(options: ConsoleStartOptions): Promise<StartedConsole> {
  const { port = DEFAULT_PORT } = options;
  const connection = await connectToStack(options);
  const instance = instanceOf(connection);
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const reader = new SnapshotReader(sourcesOf(connection, instance), systemClock);
  const { apiUrl, tenants, signedFetch, warnings } = connection;
  const server = await listenOnLoopback(port, PORT_TRIES);
  server.serve(
    createConsole({
      page: createPageLoader(),
      api: { url: apiUrl, tenants, signedFetch },
      reader,
      clock: systemClock,
      token,
    }),
  );
  const taken = Number(new URL(server.url).port);
  const busy = port === 0 || port === taken ? [] : [`port ${port} is busy, so ${taken} is used`];
  return {
    url: `${server.url}/#token=${token}`,
    instance,
    warnings: [...warnings, ...busy],
    stop: () => server.close(),
  };
}

function instanceOf(connection: StackConnection): Instance {
  const { stack, region, account, apiUrl, tenants, settings } = connection;
  return {
    kind: 'deployed',
    stack,
    region,
    account,
    apiUrl,
    tenants: tenants.map(({ tenant }) => tenant),
    chains: settings ? chainsOf(settings) : [],
    recoveryStages: settings?.breaker.recoveryStages ?? [],
    updates: 'poll',
    pollSeconds: POLL_SECONDS,
  };
}

function sourcesOf({ outputs, clientOptions, signedFetch }: StackConnection, instance: Instance) {
  const { JobsQueueUrl: jobs, DeadLetterQueueUrl: deadLetters, EventBusName: service } = outputs;
  return snapshotSources({
    instance,
    signedFetch,
    sqs: new SQSClient(clientOptions),
    ...(jobs && deadLetters && { queueUrls: { jobs, deadLetters } }),
    // The event bus has the instance's name.
    ...(service && {
      series: cloudWatchSeries({
        cloudWatch: new CloudWatchClient(clientOptions),
        service,
        chains: instance.chains,
      }),
    }),
    everyMs: EVERY_MS,
    seriesEveryMs: SERIES_EVERY_MS,
    now: systemClock.now,
  });
}
