import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { JobStatus } from '../../lambda/contract/words.ts';
import { type Answer, type JobView, type RequestOptions, request } from '../e2e/api-client.ts';
import { signedHeaders } from '../support/signed-headers.ts';
import type { Outputs } from './deployment.ts';
import { type Emulator, REGION, ROOT } from './emulator.ts';
import { lookAgain } from './look-again.ts';
import { signedCall } from './signed-call.ts';

const key = z.object({ id: z.string(), value: z.string() });
const plan = z.object({ id: z.string() });

/** A deployed Holdfast as its callers and operators have it. */
export class DeployedHoldfast {
  readonly #url: string;
  readonly #apiId: string;
  readonly #apiUrl: string;
  readonly #outputs: Outputs;
  readonly #apiKey: string;
  readonly #sqs: SQSClient;
  readonly #s3: S3Client;
  /** Paths of what was made beside the stack. */
  readonly #removals: string[] = [];

  private constructor({ url }: Emulator, outputs: Outputs, apiKey: string) {
    this.#url = url;
    this.#outputs = outputs;
    this.#apiKey = apiKey;
    // The output names the host that AWS would serve it at.
    [this.#apiId = ''] = new URL(outputs.ApiUrl).hostname.split('.');
    this.#apiUrl = `${url}/_aws/execute-api/${this.#apiId}/v1`;
    const options = { endpoint: url, region: REGION, credentials: ROOT };
    this.#sqs = new SQSClient(options);
    this.#s3 = new S3Client({ ...options, forcePathStyle: true });
  }

  /** Reads the value of the first key, as README.md tells. */
  static async open(emulator: Emulator, outputs: Outputs): Promise<DeployedHoldfast> {
    const path = `/apikeys/${outputs.ApiKeyId}?includeValue=true`;
    const answer = await signedCall(emulator.url, { service: 'apigateway', path });
    return new DeployedHoldfast(emulator, outputs, key.parse(JSON.parse(answer)).value);
  }

  request<Body>(path: string, options: RequestOptions = {}): Promise<Answer<Body>> {
    return request<Body>(this.#apiUrl, path, { apiKey: this.#apiKey, ...options });
  }

  async asOperator<Body>(
    method: string,
    path: string,
    given: object,
    accessKeyId = ROOT.accessKeyId,
  ): Promise<Answer<Body>> {
    const body = JSON.stringify(given);
    const url = `${this.#apiUrl}${path}`;
    const headers = await signedHeaders({ ...ROOT, accessKeyId, url, method, body });
    return this.request<Body>(path, { method, body, headers, apiKey: undefined });
  }

  async submit(prompt: string): Promise<string> {
    const posted = await this.request<{ jobId: string }>('/jobs', {
      method: 'POST',
      body: { prompt },
    });
    if (posted.status !== 202) throw new Error(`got ${posted.status} ${JSON.stringify(posted)}`);
    return posted.body.jobId;
  }

  /** Waits until the job is in this state; one that ends in another is an error. */
  reached(signal: AbortSignal, jobId: string, status: JobStatus): Promise<JobView> {
    return lookAgain(`job to be ${status}`, signal, async () => {
      const { body } = await this.request<JobView>(`/jobs/${jobId}`);
      if (body.status === status) return body;
      if (ENDED.has(body.status)) throw new Error(`expected ${status}: ${JSON.stringify(body)}`);
      return undefined;
    });
  }

  /** A key of a plan of its own, made as an operator does without a deploy. */
  async addKey(rateLimit: number, burstLimit: number): Promise<string> {
    const create = (path: string, body: object) =>
      signedCall(this.#url, { service: 'apigateway', path, body });
    const apiStages = [{ apiId: this.#apiId, stage: 'v1' }];
    const throttle = { rateLimit, burstLimit };
    const made = plan.parse(
      JSON.parse(await create('/usageplans', { name: 'small', apiStages, throttle })),
    );
    const another = key.parse(
      JSON.parse(await create('/apikeys', { name: 'small', enabled: true })),
    );
    await create(`/usageplans/${made.id}/keys`, { keyId: another.id, keyType: 'API_KEY' });
    this.#removals.push(`/usageplans/${made.id}`, `/apikeys/${another.id}`);
    return another.value;
  }

  async sendMessage(body: string): Promise<void> {
    const { JobsQueueUrl: QueueUrl } = this.#outputs;
    await this.#sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  }

  /** Waits for a dead letter of this reason, which stays in its queue. */
  deadLetter(signal: AbortSignal, reason: string): Promise<string> {
    const { DeadLetterQueueUrl: QueueUrl } = this.#outputs;
    return lookAgain(`a dead letter: ${reason}`, signal, async () => {
      const received = await this.#sqs.send(
        new ReceiveMessageCommand({
          ...{ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 1 },
          MessageAttributeNames: ['All'],
        }),
      );
      const found = received.Messages?.find(
        ({ MessageAttributes }) => MessageAttributes?.reason?.StringValue === reason,
      );
      return found?.Body;
    });
  }

  /** What a stack does not take with it: objects, and what was made beside it. */
  async clear(): Promise<void> {
    const { ResultsBucketName: Bucket } = this.#outputs;
    const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket }));
    const Objects = Contents.map(({ Key }) => ({ Key }));
    if (Objects.length > 0) {
      await this.#s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    }
    for (const path of this.#removals) {
      await signedCall(this.#url, { service: 'apigateway', method: 'DELETE', path });
    }
  }
}

const ENDED: ReadonlySet<JobStatus> = new Set([
  'SUCCEEDED',
  'FAILED',
  'EXPIRED',
  'CANCELLED',
  'DEAD_LETTERED',
]);
