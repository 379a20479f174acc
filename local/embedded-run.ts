import { serveAws } from './aws/aws-endpoint.ts';
import { serveDynamoDb } from './aws/dynamodb.ts';
import { type BusEvent, serveEventBuses } from './aws/events.ts';
import { serveParameters } from './aws/parameters.ts';
import type { QueueDepth } from './aws/queues.ts';
import { serveQueuesAndObjects } from './aws/queues-and-objects.ts';
import {
  type FakeBedrock,
  type FakeBedrockOptions,
  startFakeBedrock,
} from './bedrock/fake-bedrock.ts';
import { createAccessControl } from './iam.ts';
import { startEventSources } from './lambda/event-source-mapping.ts';
import type { LambdaFunction } from './lambda/function.ts';
import { createFunctions, type Endpoints } from './lambda/functions.ts';
import { startSchedules } from './lambda/schedule.ts';
import { type Handler, listenOnLoopback } from './loopback.ts';
import { REGION } from './resources.ts';
import { createRestApi } from './rest-api/rest-api.ts';
import { type Credential, OPERATOR } from './rest-api/signature.ts';
import type { ApiKey } from './rest-api/usage-plan.ts';
import { readStack } from './stack.ts';

export interface EmbeddedRunOptions
  extends Pick<FakeBedrockOptions, 'seed' | 'scenario' | 'latency'> {
  /** The synthesized cloud assembly. */
  readonly assemblyDir: string;
  /** Of the API; the next free one when it is busy, any free one for 0. @default 8787 */
  readonly port?: number;
  /** A Bedrock runtime for every region. @default a fake one, started here */
  readonly bedrockEndpoint?: string;
  /** Wraps what serves the functions' calls of AWS, so that a test can fail or repeat some. */
  readonly disturb?: (serve: Handler) => Handler;
  /** Gets each line that a function writes. @default thrown away */
  readonly onLog?: (functionName: string, line: string) => void;
}

export interface EmbeddedRun {
  /** With the stage: `http://127.0.0.1:8787/v1`. */
  readonly apiUrl: string;
  readonly apiKeys: readonly ApiKey[];
  /** What the operators' routes are signed with. */
  readonly operator: Credential;
  readonly bedrock?: FakeBedrock;
  readonly endpoints: Endpoints;
  /** The template's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly functions: readonly LambdaFunction[];
  /** The latest events that were put on the stack's event buses, oldest first. */
  events(): readonly BusEvent[];
  /** Of the queue with this name or logical id. */
  queueDepth(queue: string): Promise<QueueDepth>;
  /** What policies refused so far. */
  denied(): readonly string[];
  /** Ends all processes and servers. */
  stop(): Promise<void>;
}

const DEFAULT_PORT = 8787;
const PORT_TRIES = 50;

/** Brings the stack of a cloud assembly up on this machine, from its template. */
export async function startEmbeddedRun(options: EmbeddedRunOptions): Promise<EmbeddedRun> {
  const cleanup = new AsyncDisposableStack();
  try {
    const { port = DEFAULT_PORT, onLog = () => undefined, disturb = undisturbed } = options;
    const aws = cleanup.adopt(await listenOnLoopback(0), (server) => server.close());
    const gateway = cleanup.adopt(
      await listenOnLoopback(port, port === 0 ? 1 : PORT_TRIES),
      (server) => server.close(),
    );
    const stack = readStack(options.assemblyDir, { sqs: aws.url });
    const access = createAccessControl(stack);

    const stores = await serveQueuesAndObjects(stack, access);
    cleanup.defer(stores.close);
    const dynamodb = await serveDynamoDb(stack, access.authorize);
    const ssm = serveParameters(stack, access.authorize);
    const buses = serveEventBuses(stack, access.authorize);
    const { handler: queuesAndObjects } = stores;
    aws.serve(disturb(serveAws({ dynamodb, ssm, events: buses.handler, queuesAndObjects })));

    const bedrock = options.bedrockEndpoint
      ? undefined
      : await startFakeBedrock({
          ...options,
          // Beside the API where that was asked for, so that a command written down fits both.
          ...(port === 0 ? { port } : { port: portOf(gateway.url) + 1, tries: PORT_TRIES }),
          authorize: access.authorize,
        });
    if (bedrock) cleanup.defer(() => bedrock.stop());

    const bedrockUrl = options.bedrockEndpoint ?? bedrock?.url ?? '';
    const endpoints: Endpoints = {
      dynamodb: aws.url,
      sqs: aws.url,
      s3: aws.url,
      ssm: aws.url,
      events: aws.url,
      bedrockRuntime: bedrockUrl,
      bedrock: bedrockUrl,
    };
    const functionsByArn = createFunctions(stack, access, endpoints, onLog);
    const functions = [...functionsByArn.values()];
    cleanup.defer(() => {
      for (const each of functions) each.stop();
    });

    const api = createRestApi(stack, functionsByArn);
    gateway.serve(api.handler);
    cleanup.defer(startEventSources(stack, access, stores.queues, functionsByArn));
    cleanup.defer(startSchedules(stack, functionsByArn));

    return {
      apiUrl: `${gateway.url}/${api.stage}`,
      apiKeys: api.apiKeys,
      operator: OPERATOR,
      ...(bedrock && { bedrock }),
      endpoints,
      outputs: localOutputs(stack.outputs(), api.id, gateway.url),
      functions,
      events: buses.events,
      queueDepth: (queue) => stores.queues.depth(queue),
      denied: access.denied,
      stop: () => cleanup.disposeAsync(),
    };
  } catch (error: unknown) {
    await cleanup.disposeAsync();
    throw error;
  }
}

function undisturbed(serve: Handler): Handler {
  return serve;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** The gateway's public address is AWS's; here it is this machine's. */
function localOutputs(
  outputs: Readonly<Record<string, string>>,
  restApiId: string,
  gatewayUrl: string,
): Record<string, string> {
  const publicUrl = `https://${restApiId}.execute-api.${REGION}.amazonaws.com`;
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, value.replace(publicUrl, gatewayUrl)]),
  );
}
