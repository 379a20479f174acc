import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { hasEnded, type JobStatus } from '../../lambda/contract/words.ts';
import { ApiClient, type JobView } from '../support/api-client.ts';
import { eventually } from '../support/eventually.ts';
import type { Outputs } from './deployment.ts';
import { type Emulator, REGION, ROOT } from './emulator.ts';
import { signedCall } from './signed-call.ts';

const key = z.object({ id: z.string(), value: z.string() });
const plan = z.object({ id: z.string() });

/** A deployed stack, as its callers and operators use it. */
export class DeployedHoldfast extends ApiClient {
  readonly #endpoint: string;
  readonly #apiId: string;
  readonly #outputs: Outputs;
  readonly #sqs: SQSClient;
  readonly #s3: S3Client;
  /** The API Gateway paths of resources that a test created outside the stack. */
  readonly #created: string[] = [];

  private constructor({ url }: Emulator, outputs: Outputs, apiKey: string) {
    // The output names the host on AWS; the emulator serves the same API under a path of its own.
    const [apiId = ''] = new URL(outputs.ApiUrl).hostname.split('.');
    super(`${url}/_aws/execute-api/${apiId}/v1`, { apiKey, operator: ROOT });
    this.#endpoint = url;
    this.#apiId = apiId;
    this.#outputs = outputs;
    const options = { endpoint: url, region: REGION, credentials: ROOT };
    this.#sqs = new SQSClient(options);
    this.#s3 = new S3Client({ ...options, forcePathStyle: true });
  }

  /** Reads the value of the stack's API key, as README.md describes, and opens the stack with it. */
  static async open(emulator: Emulator, outputs: Outputs): Promise<DeployedHoldfast> {
    const path = `/apikeys/${outputs.ApiKeyId}?includeValue=true`;
    const response = await signedCall(emulator.url, { service: 'apigateway', path });
    return new DeployedHoldfast(emulator, outputs, key.parse(JSON.parse(response)).value);
  }

  /** Waits until the job has this status; throws if it ends with another one. */
  reached(signal: AbortSignal, jobId: string, status: JobStatus): Promise<JobView> {
    const look = async () => {
      const job = await this.job(jobId);
      if (job.status === status) return job;
      if (hasEnded(job.status)) throw new Error(`expected ${status}: ${JSON.stringify(job)}`);
      return undefined;
    };
    return eventually(`job ${jobId} to be ${status}`, look, signal);
  }

  /** Adds a key with a usage plan of its own, as an operator can without a deploy. */
  async addKey(rateLimit: number, burstLimit: number): Promise<string> {
    const create = (path: string, body: object) =>
      signedCall(this.#endpoint, { service: 'apigateway', path, body });
    const apiStages = [{ apiId: this.#apiId, stage: 'v1' }];
    const throttle = { rateLimit, burstLimit };
    const newPlan = plan.parse(
      JSON.parse(await create('/usageplans', { name: 'small', apiStages, throttle })),
    );
    const newKey = key.parse(
      JSON.parse(await create('/apikeys', { name: 'small', enabled: true })),
    );
    await create(`/usageplans/${newPlan.id}/keys`, { keyId: newKey.id, keyType: 'API_KEY' });
    this.#created.push(`/usageplans/${newPlan.id}`, `/apikeys/${newKey.id}`);
    return newKey.value;
  }

  async sendMessage(body: string): Promise<void> {
    const { JobsQueueUrl: QueueUrl } = this.#outputs;
    await this.#sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  }

  /** Waits for a dead letter with this reason and returns its body; the message stays in the queue. */
  deadLetter(signal: AbortSignal, reason: string): Promise<string> {
    const { DeadLetterQueueUrl: QueueUrl } = this.#outputs;
    const look = async () => {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 1,
          MessageAttributeNames: ['All'],
        }),
      );
      return Messages.find(
        ({ MessageAttributes }) => MessageAttributes?.reason?.StringValue === reason,
      )?.Body;
    };
    return eventually(`a dead letter with the reason ${reason}`, look, signal);
  }

  /** Returns the records of operators' actions, oldest first. */
  async operatorActions(): Promise<readonly unknown[]> {
    const response = await signedCall(this.#endpoint, {
      service: 'logs',
      target: 'Logs_20140328.FilterLogEvents',
      body: { logGroupName: this.#outputs.OperatorLogGroupName },
    });
    return logEvents.parse(JSON.parse(response)).events.map(({ message }) => JSON.parse(message));
  }

  /** Deletes everything that `cdk destroy` would leave: objects, and keys added outside the stack. */
  async clear(): Promise<void> {
    const { ResultsBucketName: Bucket } = this.#outputs;
    const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket }));
    const Objects = Contents.map(({ Key }) => ({ Key }));
    if (Objects.length > 0) {
      await this.#s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    }
    for (const path of this.#created) {
      await signedCall(this.#endpoint, { service: 'apigateway', method: 'DELETE', path });
    }
  }
}

const logEvents = z.object({ events: z.array(z.object({ message: z.string() })) });
