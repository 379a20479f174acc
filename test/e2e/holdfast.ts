import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Settings, targetKey } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { hasEnded, type JobStatus } from '../../lambda/contract/words.ts';
import type { FakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import {
  type Answer,
  type Health,
  type JobView,
  type RequestOptions,
  request,
} from './api-client.ts';
import type { Assembly } from './assembly.ts';
import { eventually } from './eventually.ts';
import settingsInput from './settings.ts';
import { sideBySide } from './side-by-side.ts';

export const SETTINGS: Settings = parseSettings(settingsInput, 'settings.ts');

/** The targets of the chain, one a tier. */
export const [PRIMARY, SECONDARY, LAST_RESORT] = SETTINGS.tiers.map(({ targets: [target] }) => {
  if (!target) throw new Error('each tier of the suite has one target');
  return { region: target.region, model: target.modelId, key: targetKey(target) };
}) as [ChainTarget, ChainTarget, ChainTarget];

export interface ChainTarget {
  readonly region: string;
  readonly model: string;
  readonly key: string;
}

/** One embedded run and what a client, an operator and the model's provider see of it. */
export interface Holdfast {
  readonly run: EmbeddedRun;
  readonly bedrock: FakeBedrock;
  /** Lines that the functions wrote. */
  readonly logs: readonly string[];
  request<Body>(path: string, options?: RequestOptions): Promise<Answer<Body>>;
  /** Posts a job and returns its id. */
  submit(prompt: string): Promise<string>;
  job(jobId: string): Promise<JobView>;
  health(): Promise<Health>;
  /** Waits until all have ended. */
  ended(jobIds: readonly string[]): Promise<readonly JobView[]>;
  /** Waits until the job is in this state. */
  reached(jobId: string, status: JobStatus): Promise<JobView>;
  sendMessage(body: string): Promise<void>;
  /** Takes what is in the dead-letter queue, or only looks at it: bodies and the reasons given. */
  deadLetters(options?: {
    readonly leave: boolean;
  }): Promise<readonly { readonly body: string; readonly reason?: string }[]>;
  function(
    name: 'Request' | 'Worker' | 'Sweeper' | 'Admin' | 'Lifecycle' | 'Prober',
  ): EmbeddedRun['functions'][number];
  stop(): Promise<void>;
}

/** Quick and hardly spread: what takes time in these tests is the breaker, not the model. */
const LATENCY = { medianMs: 20, sigma: 0.2, msPerOutputToken: 0 };

/** Plays a scenario on a run of its own, with circuits closed and queues empty. */
export async function withHoldfast(
  assembly: Assembly,
  scenario: (holdfast: Holdfast) => Promise<void>,
): Promise<void> {
  const holdfast = await startHoldfast(assembly);
  try {
    await scenario(holdfast);
    // What a function was denied is a hole in the stack's grants.
    if (holdfast.run.denied().length > 0) throw new Error(holdfast.run.denied().join('; '));
  } catch (error: unknown) {
    const complaints = holdfast.logs.filter((line) => /WARN|ERROR/.test(line)).slice(-20);
    throw new Error(`${error}\nThe functions said:\n${complaints.join('\n')}`, { cause: error });
  } finally {
    await holdfast.stop();
  }
}

export async function startHoldfast({ dir }: Assembly): Promise<Holdfast> {
  const logs: string[] = [];
  const onLog = (_name: string, line: string) => logs.push(line);
  const run = await startEmbeddedRun({ assemblyDir: dir, port: 0, latency: LATENCY, onLog });
  return aHoldfast(run, logs);
}

function aHoldfast(run: EmbeddedRun, logs: readonly string[]): Holdfast {
  const { bedrock } = run;
  if (!bedrock) throw new Error('the suite needs the fake Bedrock');
  const sqs = new SQSClient({
    endpoint: run.awsUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

  const ask = <Body>(path: string, options?: RequestOptions) =>
    request<Body>(run.apiUrl, path, options);
  const expectStatus = <Body>(expected: number, { status, body }: Answer<Body>): Body => {
    if (status === expected) return body;
    throw new Error(`got ${status}, expected ${expected}: ${JSON.stringify(body)}`);
  };
  const submit = async (prompt: string) => {
    const posted = await ask<{ jobId: string }>('/jobs', { method: 'POST', body: { prompt } });
    return expectStatus(202, posted).jobId;
  };
  const job = async (jobId: string) => expectStatus(200, await ask<JobView>(`/jobs/${jobId}`));
  const reached = (jobId: string, done: (status: JobStatus) => boolean) =>
    eventually(`job ${jobId}`, async () => {
      const view = await job(jobId);
      return done(view.status) ? view : undefined;
    });

  return {
    run,
    bedrock,
    logs,
    request: ask,
    job,
    health: async () => expectStatus(200, await ask<Health>('/health')),
    submit,
    ended: (jobIds) => sideBySide(jobIds, (jobId) => reached(jobId, hasEnded)),
    reached: (jobId, status) => reached(jobId, (each) => each === status),
    sendMessage: async (body) => {
      const { JobsQueueUrl: QueueUrl } = run.outputs;
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
    },
    deadLetters: async ({ leave } = { leave: false }) => {
      const { DeadLetterQueueUrl: QueueUrl } = run.outputs;
      const received = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          ...(leave && { VisibilityTimeout: 0 }),
          MessageAttributeNames: ['All'],
        }),
      );
      return (received.Messages ?? []).map(({ Body = '', MessageAttributes }) => ({
        body: Body,
        reason: MessageAttributes?.reason?.StringValue,
      }));
    },
    function: (name) => {
      const found = run.functions.find((each) => each.name.includes(`${name}Function`));
      if (!found) throw new Error(`no ${name} function in the stack`);
      return found;
    },
    stop: () => run.stop(),
  };
}
