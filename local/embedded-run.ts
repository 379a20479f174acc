import { isConsolePath } from '../console/server/console-path.ts';
import { type Handler, type Loopback, listenOnLoopback } from '../console/server/loopback.ts';
import type { BusEvent } from './aws/events.ts';
import type { LogEvent } from './aws/log-streams.ts';
import type { QueueDepth } from './aws/queues.ts';
import { createServices, THROTTLED_SHARE } from './aws/services.ts';
import {
  type FakeBedrock,
  type FakeBedrockOptions,
  startFakeBedrock,
} from './bedrock/fake-bedrock.ts';
import { consoleOnDemand } from './console/console-on-demand.ts';
import { createLaptop, type Laptop } from './console/laptop.ts';
import { deployedSettings } from './deployed-settings.ts';
import { guardrailsOf } from './guardrails.ts';
import { createAccessControl } from './iam.ts';
import { startEventSources } from './lambda/event-sources.ts';
import type { LambdaFunction } from './lambda/function.ts';
import { createFunctions } from './lambda/functions.ts';
import { startSchedules } from './lambda/schedule.ts';
import { REGION } from './resources.ts';
import { createRestApi } from './rest-api/rest-api.ts';
import { type Credential, OPERATOR } from './rest-api/signature.ts';
import type { ApiKey } from './rest-api/usage-plan.ts';
import { readStack } from './stack.ts';
import { createUnkind, type UnkindName } from './unkind.ts';

export interface EmbeddedRunOptions
  extends Pick<FakeBedrockOptions, 'seed' | 'scenario' | 'latency' | 'answers'> {
  /** Folder of the synthesized cloud assembly. */
  readonly assemblyDir: string;
  /**
   * Port of the API. The fake Bedrock and the AWS services take the two ports after it. Each busy
   * port is replaced by the next free one; 0 takes any free ports. @default 8787
   */
  readonly port?: number;
  /** URL of a Bedrock that serves every Region. @default the run starts a fake Bedrock */
  readonly bedrockEndpoint?: string;
  /** Ways in which the emulators are as unkind as AWS. @default none */
  readonly unkind?: readonly UnkindName[];
  /** The account's limit on concurrent invocations of its functions. @default none */
  readonly concurrency?: number;
  /** Wraps the server of the AWS services, so that a test can fail or repeat requests. @default none */
  readonly disturb?: (serve: Handler) => Handler;
  /** Receives each line that a function logs. @default the lines are discarded */
  readonly onLog?: (functionName: string, line: string) => void;
}

export interface EmbeddedRun {
  /** URL of the API with its stage: `http://127.0.0.1:8787/v1`. */
  readonly apiUrl: string;
  /** URL of SQS, S3, DynamoDB, SSM, EventBridge and CloudWatch Logs. */
  readonly awsUrl: string;
  readonly bedrockUrl: string;
  readonly apiKeys: readonly ApiKey[];
  /** Signs requests of operators, to the API and to the AWS services. */
  readonly operator: Credential;
  /** The fake Bedrock, unless the run uses another one. */
  readonly bedrock?: FakeBedrock;
  /** The template's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly functions: readonly LambdaFunction[];
  /** The warnings of the synth, and one if the API's port was busy. */
  readonly warnings: readonly string[];
  /** Returns the latest events on the stack's event buses, oldest first. */
  events(): readonly BusEvent[];
  /** Returns the latest records of operators' actions, oldest first. */
  operatorActions(): readonly LogEvent[];
  /** Counts the messages of a queue, given its name or its logical id. */
  queueDepth(queue: string): Promise<QueueDepth>;
  /** Returns the messages of all denials by IAM policies so far. */
  denied(): readonly string[];
  /** Ends all processes and servers. */
  stop(): Promise<void>;
}

const DEFAULT_PORT = 8787;
const PORT_TRIES = 50;

/** Starts the stack of a cloud assembly on this machine, as its template describes it. */
export async function startEmbeddedRun(options: EmbeddedRunOptions): Promise<EmbeddedRun> {
  const cleanup = new AsyncDisposableStack();
  try {
    const { port = DEFAULT_PORT, onLog = () => undefined, disturb = undisturbed } = options;
    const unkind = createUnkind(options.unkind ?? [], options.seed ?? 1);
    const gateway = await listen(port, cleanup);
    // The ports are consecutive, so that the documentation can name all three addresses.
    const portAfterGateway = (offset: number) => (port === 0 ? 0 : portOf(gateway) + offset);
    const aws = await listen(portAfterGateway(2), cleanup);
    const stack = readStack(options.assemblyDir, { sqs: aws.url });
    const access = createAccessControl(stack);

    const services = await createServices(stack, access, unkind);
    cleanup.defer(services.close);
    aws.serve(disturb(services.handler));

    const bedrock = options.bedrockEndpoint
      ? undefined
      : await startFakeBedrock({
          guardrails: guardrailsOf(stack),
          ...options,
          port: portAfterGateway(1),
          tries: PORT_TRIES,
          authorize: access.authorize,
          throttlesControlPlane: unkind.chance('throttles', THROTTLED_SHARE),
        });
    if (bedrock) cleanup.defer(() => bedrock.stop());
    const bedrockUrl = options.bedrockEndpoint ?? bedrock?.url ?? '';

    const urls = { aws: aws.url, bedrock: bedrockUrl };
    const settings = deployedSettings(stack);
    let laptop: Laptop | undefined;
    const log = (functionName: string, line: string) => {
      laptop?.add(line);
      onLog(functionName, line);
    };
    const functionsByArn = createFunctions(stack, access, urls, log, options.concurrency);
    const functions = [...functionsByArn.values()];
    cleanup.defer(() => {
      for (const each of functions) each.stop();
    });

    const api = createRestApi(stack, functionsByArn);
    const apiUrl = `${gateway.url}/${api.stage}`;
    const apiKey = api.apiKeys[0]?.value ?? '';
    laptop = settings && createLaptop({ settings, apiUrl, apiKey, ...(bedrock && { bedrock }) });
    cleanup.defer(() => laptop?.stop());
    const serveConsole = consoleOnDemand({
      stack,
      ...(settings && { settings }),
      apiUrl,
      apiKeys: api.apiKeys,
      awsUrl: aws.url,
      laptop: {
        ...(bedrock && { bedrockControlUrl: `${bedrock.url}/_control` }),
        ...laptop?.parts,
      },
      ...(laptop && { series: laptop.series }),
    });
    gateway.serve((request, response) =>
      isConsolePath(request.url) ? serveConsole(request, response) : api.handler(request, response),
    );
    cleanup.defer(startEventSources(stack, access, services.queues, functionsByArn));
    cleanup.defer(startSchedules(stack, functionsByArn, unkind.chance('duplicates', 0.5)));

    return {
      apiUrl,
      awsUrl: aws.url,
      bedrockUrl,
      apiKeys: api.apiKeys,
      operator: OPERATOR,
      ...(bedrock && { bedrock }),
      outputs: localOutputs(stack.outputs(), api.id, gateway.url),
      functions,
      warnings: [...stack.warnings, ...busyPort(port, portOf(gateway))],
      events: services.events,
      operatorActions: services.logEvents,
      queueDepth: (queue) => services.queues.depth(queue),
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

async function listen(port: number, cleanup: AsyncDisposableStack): Promise<Loopback> {
  return cleanup.adopt(await listenOnLoopback(port, PORT_TRIES), (server) => server.close());
}

function portOf({ url }: Loopback): number {
  return Number(new URL(url).port);
}

function busyPort(wanted: number, taken: number): string[] {
  if (wanted === 0 || wanted === taken) return [];
  return [
    `port ${wanted} is busy, so the API listens on port ${taken}. Commands that name port ${wanted} reach another program, perhaps another run of Holdfast: use the addresses above.`,
  ];
}

/** Replaces the API's address on AWS with the local one. */
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
