import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { hasEnded, type JobStatus } from '../../lambda/contract/words.ts';
import type { FakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import {
  type EmbeddedRun,
  type EmbeddedRunOptions,
  startEmbeddedRun,
} from '../../local/embedded-run.ts';
import { UNKIND_NAMES } from '../../local/unkind.ts';
import { ApiClient, type JobView } from '../support/api-client.ts';
import { eventually } from '../support/eventually.ts';
import { localAws } from '../support/local-aws.ts';
import { sideBySide } from '../support/side-by-side.ts';
import type { Assembly } from './assembly.ts';
import type { ChainTarget } from './chain.ts';

export interface DeadLetter {
  readonly body: string;
  readonly reason?: string;
}

type FunctionName = 'Request' | 'Status' | 'Worker' | 'Sweeper' | 'Admin' | 'Lifecycle' | 'Prober';

/** One embedded run: its API, for callers and operators, its fake Bedrock, its queues and its functions. */
export class Holdfast extends ApiClient {
  readonly run: EmbeddedRun;
  readonly bedrock: FakeBedrock;
  /** The lines that the functions wrote. */
  readonly logs: readonly string[];
  readonly #sqs: SQSClient;

  constructor(run: EmbeddedRun, logs: readonly string[]) {
    super(run.apiUrl);
    if (!run.bedrock) throw new Error('the e2e suites need the fake Bedrock');
    this.run = run;
    this.bedrock = run.bedrock;
    this.logs = logs;
    this.#sqs = new SQSClient(localAws(run.awsUrl));
  }

  /** Waits until all jobs have ended. */
  ended(jobIds: readonly string[]): Promise<readonly JobView[]> {
    return sideBySide(jobIds, (jobId) => this.#jobIs(jobId, hasEnded, 'ended'));
  }

  /** Waits until the job has this status. */
  reached(jobId: string, status: JobStatus): Promise<JobView> {
    return this.#jobIs(jobId, (each) => each === status, status);
  }

  #jobIs(jobId: string, is: (status: JobStatus) => boolean, what: string): Promise<JobView> {
    return eventually(`job ${jobId} to be ${what}`, async () => {
      const view = await this.job(jobId);
      return is(view.status) ? view : undefined;
    });
  }

  /** Waits until the health route shows the circuit in this state, and returns the time. */
  circuitReached({ key }: ChainTarget, state: string): Promise<number> {
    return eventually(`the circuit of ${key} to be ${state}`, async () =>
      (await this.circuitOf(key)) === state ? Date.now() : undefined,
    );
  }

  async sendMessage(body: string): Promise<void> {
    const { JobsQueueUrl: QueueUrl } = this.run.outputs;
    await this.#sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  }

  /**
   * Receives dead letters, at most 10.
   *
   * @param visible leaves them visible to the next receiver. @default false
   */
  async deadLetters({ visible = false } = {}): Promise<readonly DeadLetter[]> {
    const { DeadLetterQueueUrl: QueueUrl } = this.run.outputs;
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        // Without a wait, SQS may miss messages.
        WaitTimeSeconds: 1,
        ...(visible && { VisibilityTimeout: 0 }),
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages.map(({ Body = '', MessageAttributes }) => ({
      body: Body,
      reason: MessageAttributes?.reason?.StringValue,
    }));
  }

  function(name: FunctionName): EmbeddedRun['functions'][number] {
    const found = this.run.functions.find((each) => each.name.includes(`${name}Function`));
    if (!found) throw new Error(`the stack has no ${name} function`);
    return found;
  }

  /** Throws if a policy denied a function's call, because then the stack lacks a grant. */
  expectNothingDenied(): void {
    const denied = this.run.denied();
    if (denied.length > 0) throw new Error(`denied by a policy: ${denied.join('; ')}`);
  }

  async stop(): Promise<void> {
    await this.run.stop();
  }
}

/** The latency of the models: short and nearly constant, so that the breaker's times dominate. */
const LATENCY = { firstTokenMs: 20, sigma: 0.2 };

/** Lambda's limit for a new account. */
const ACCOUNT_CONCURRENCY = 10;

/**
 * Starts a run in which the AWS services are as unkind as they can be.
 *
 * @param options replace some of those of the run; the latency replaces some of the models' times
 */
export async function startHoldfast(
  { dir }: Assembly,
  { latency, ...options }: Partial<EmbeddedRunOptions> = {},
): Promise<Holdfast> {
  const logs: string[] = [];
  const run = await startEmbeddedRun({
    assemblyDir: dir,
    port: 0,
    unkind: UNKIND_NAMES,
    concurrency: ACCOUNT_CONCURRENCY,
    latency: { ...LATENCY, ...latency },
    onLog: (_name, line) => logs.push(line),
    ...options,
  });
  return new Holdfast(run, logs);
}

/** Runs a scenario on an embedded run of its own, with closed circuits and empty queues. */
export async function withHoldfast(
  assembly: Assembly,
  scenario: (holdfast: Holdfast) => Promise<void>,
  options: Partial<EmbeddedRunOptions> = {},
): Promise<void> {
  const holdfast = await startHoldfast(assembly, options);
  try {
    await scenario(holdfast);
    holdfast.expectNothingDenied();
  } catch (error: unknown) {
    const warnings = holdfast.logs.filter((line) => /WARN|ERROR/.test(line)).slice(-20);
    throw new Error(`${error}\nLast warnings of the functions:\n${warnings.join('\n')}`, {
      cause: error,
    });
  } finally {
    await holdfast.stop();
  }
}
