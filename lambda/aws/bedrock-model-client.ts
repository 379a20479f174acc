import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
  CountTokensCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { profileOf } from '../contract/geography.ts';
import { targetKey } from '../contract/policy.ts';
import type { Clock } from '../core/clock.ts';
import { failureOf } from '../core/router/failure.ts';
import type {
  CallLimits,
  ModelAnswer,
  ModelClient,
  ModelFailure,
  ModelRequest,
  ModelResult,
  PromptToCount,
} from '../core/router/model-client.ts';
import { errorFacts } from './bedrock-error-facts.ts';
import { CallDeadline } from './call-deadline.ts';
import { createClient, SINGLE_ATTEMPT } from './sdk-client.ts';

/**
 * The connections to one region: enough for several batches, so that no call spends its timeout
 * waiting for a socket.
 */
const SOCKETS_PER_REGION = 50;
/**
 * The time limit for connecting. It is far below the usual call timeout, so an unreachable region
 * fails early.
 */
const CONNECTION_TIMEOUT_MS = 3000;

export interface BedrockModelClientOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** @default HTTP/1.1 over pooled, kept-alive connections */
  readonly requestHandler?: BedrockRuntimeClientConfig['requestHandler'];
}

/**
 * Calls models through Bedrock's Converse API, with one client per region for the life of the
 * process. The clients use HTTP/1.1, because the SDK's default HTTP/2 handler opens a session per
 * call and ignores connection limits and timeouts. The SDK's retries are off, because the breaker
 * must see each failure and because hidden retries amplify an outage.
 */
export class BedrockModelClient implements ModelClient {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #requestHandler: BedrockModelClientOptions['requestHandler'];
  readonly #clients = new Map<string, BedrockRuntimeClient>();
  /**
   * Targets whose tokens cannot be counted, because CountTokens is not supported or not permitted.
   */
  readonly #withoutTokenCount = new Set<string>();

  constructor({ clock, requestHandler }: BedrockModelClientOptions) {
    const agent = { keepAlive: true, maxSockets: SOCKETS_PER_REGION };
    this.#clock = clock;
    this.#requestHandler =
      requestHandler ??
      new NodeHttpHandler({
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        httpAgent: agent,
        httpsAgent: agent,
      });
  }

  async converse(request: ModelRequest, { answerMs: timeoutMs }: CallLimits): Promise<ModelResult> {
    const startedAtMs = this.#clock.now();
    const deadline = new CallDeadline(timeoutMs);
    try {
      const output = await this.#client(request.target.region).send(
        new ConverseCommand(converseInput(request)),
        { abortSignal: deadline.signal },
      );
      return { outcome: 'answer', answer: answerOf(output), elapsedMs: this.#since(startedAtMs) };
    } catch (error) {
      const elapsedMs = this.#since(startedAtMs);
      // Check the deadline first, because an abort can surface as one of several errors.
      if (deadline.passed) return { outcome: 'failure', failure: TIMED_OUT, elapsedMs };
      const failure = failureOf(errorFacts(error), this.#clock.now());
      return { outcome: 'failure', failure, elapsedMs };
    } finally {
      deadline.clear();
    }
  }

  /**
   * Counts a prompt's tokens with Bedrock's CountTokens. The request names the foundation model,
   * because CountTokens does not accept a profile. Not every model supports CountTokens in every
   * region: after a refusal, the target's tokens are not counted again.
   */
  async countTokens(
    { target, system, messages }: PromptToCount,
    timeoutMs: number,
  ): Promise<number | undefined> {
    const key = targetKey(target);
    if (this.#withoutTokenCount.has(key)) return undefined;
    const deadline = new CallDeadline(timeoutMs);
    try {
      const input = { converse: contentOf({ system, messages }) };
      const command = new CountTokensCommand({ modelId: profileOf(target).model, input });
      const options = { abortSignal: deadline.signal };
      return (await this.#client(target.region).send(command, options)).inputTokens;
    } catch (error) {
      const { kind } = failureOf(errorFacts(error), this.#clock.now());
      if (kind === 'job' || kind === 'config') this.#withoutTokenCount.add(key);
      return undefined;
    } finally {
      deadline.clear();
    }
  }

  /** Closes idle connections. A Lambda function never needs to call this. */
  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  #client(region: string): BedrockRuntimeClient {
    const known = this.#clients.get(region);
    if (known) return known;
    const client = createClient(
      (options) =>
        new BedrockRuntimeClient({
          ...options,
          ...SINGLE_ATTEMPT,
          region,
          requestHandler: this.#requestHandler,
        }),
    );
    this.#clients.set(region, client);
    return client;
  }

  #since(startedAtMs: number): number {
    return Math.max(0, this.#clock.now() - startedAtMs);
  }
}

const TIMED_OUT: ModelFailure = { kind: 'timeout', name: 'CallTimeout' };

function converseInput(request: ModelRequest): ConverseCommandInput {
  const { target, inferenceConfig, jobId } = request;
  const { stopSequences, ...numbers } = inferenceConfig;
  return {
    modelId: target.modelId,
    ...contentOf(request),
    inferenceConfig: { ...numbers, ...(stopSequences && { stopSequences: [...stopSequences] }) },
    requestMetadata: { jobId },
  };
}

/** Returns the conversation in Converse's format, which calls and token counts both use. */
function contentOf({ system, messages }: Pick<ModelRequest, 'system' | 'messages'>) {
  return {
    ...(system !== undefined && { system: [{ text: system }] }),
    messages: messages.map(({ role, text }) => ({ role, content: [{ text }] })),
  };
}

/** Joins the text blocks; reasoning and other blocks are not part of the answer. */
function answerOf({ output, stopReason, usage }: ConverseCommandOutput): ModelAnswer {
  const blocks = output?.message?.content ?? [];
  return {
    text: blocks.map((block) => block.text ?? '').join(''),
    stopReason: stopReason ?? 'unknown',
    usage: { inputTokens: usage?.inputTokens ?? 0, outputTokens: usage?.outputTokens ?? 0 },
  };
}
