import { ConverseCommand, CountTokensCommand } from '@aws-sdk/client-bedrock-runtime';
import { profileOf } from '../contract/geography.ts';
import { targetKey } from '../contract/policy.ts';
import type { Clock } from '../core/clock.ts';
import { AnswerAssembly } from '../core/router/answer-assembly.ts';
import { failureOf } from '../core/router/failure.ts';
import type {
  CallLimits,
  CallOutcome,
  CallWatch,
  ModelClient,
  ModelFailure,
  ModelRequest,
  ModelResult,
  PromptToCount,
  Usage,
} from '../core/router/model-client.ts';
import { estimatedTokens } from '../core/router/prompt-estimate.ts';
import { outcomeOf } from '../core/router/stream-end.ts';
import { answerOf } from './bedrock-answer.ts';
import { BedrockClients, type RequestHandler } from './bedrock-clients.ts';
import { errorFacts } from './bedrock-error-facts.ts';
import { converseInput, promptOf, wholeInput } from './bedrock-request.ts';
import { readStream } from './bedrock-stream.ts';
import { CallStop } from './call-stop.ts';

export interface BedrockModelClientOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** @default HTTP/1.1 over pooled, kept-alive connections */
  readonly requestHandler?: RequestHandler;
}

/** Calls models through Bedrock's Converse API, as a stream or as a whole. */
export class BedrockModelClient implements ModelClient {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #clients: BedrockClients;
  /**
   * Targets whose tokens cannot be counted, because CountTokens is not supported or not permitted.
   */
  readonly #withoutTokenCount = new Set<string>();

  constructor({ clock, requestHandler }: BedrockModelClientOptions) {
    this.#clock = clock;
    this.#clients = new BedrockClients(requestHandler);
  }

  async converse(
    request: ModelRequest,
    limits: CallLimits,
    watch: CallWatch,
  ): Promise<ModelResult> {
    if (watch.signal.aborted) return { outcome: 'aborted', elapsedMs: 0 };
    const startedAtMs = this.#clock.now();
    const stop = new CallStop(limits.answerMs, watch.signal);
    let firstTokenMs: number | undefined;
    const onToken = () => {
      const elapsedMs = this.#since(startedAtMs);
      firstTokenMs ??= elapsedMs;
      watch.onToken(elapsedMs);
    };
    try {
      const outcome = limits.isStreamed
        ? await this.#stream(request, limits, stop, onToken)
        : await this.#whole(request, stop);
      const elapsedMs = this.#since(startedAtMs);
      return { ...outcome, elapsedMs, ...(firstTokenMs !== undefined && { firstTokenMs }) };
    } finally {
      stop.release();
    }
  }

  /**
   * Counts a prompt's tokens with Bedrock's CountTokens. The request names the foundation model,
   * because CountTokens does not accept a profile. Not every model supports CountTokens in every
   * region: after a refusal, the target's tokens are not counted again.
   */
  async countTokens(
    { target, conversation }: PromptToCount,
    timeoutMs: number,
  ): Promise<number | undefined> {
    const key = targetKey(target);
    if (this.#withoutTokenCount.has(key)) return undefined;
    const stop = new CallStop(timeoutMs);
    try {
      const input = { converse: promptOf(conversation) };
      const command = new CountTokensCommand({ modelId: profileOf(target).model, input });
      const sent = this.#clients.in(target.region).send(command, { abortSignal: stop.signal });
      return (await stop.orStop(sent))?.inputTokens;
    } catch (error) {
      const { kind } = this.#failureOf(error);
      if (kind === 'job' || kind === 'config') this.#withoutTokenCount.add(key);
      return undefined;
    } finally {
      stop.release();
    }
  }

  /** Closes idle connections. A Lambda function never needs to call this. */
  destroy(): void {
    this.#clients.destroy();
  }

  async #stream(
    request: ModelRequest,
    limits: CallLimits,
    stop: CallStop,
    onToken: () => void,
  ): Promise<CallOutcome> {
    const assembly = new AnswerAssembly(estimatedInput(request));
    const call = {
      client: this.#clients.in(request.target.region),
      input: converseInput(request),
      limits,
      stop,
      onToken,
      failureOf: (error: unknown) => this.#failureOf(error),
    };
    return outcomeOf(assembly, await readStream(call, assembly));
  }

  /** Makes a call with Converse, which sends nothing before the whole answer. */
  async #whole(request: ModelRequest, stop: CallStop): Promise<CallOutcome> {
    const command = new ConverseCommand(wholeInput(request));
    const client = this.#clients.in(request.target.region);
    try {
      const output = await stop.orStop(client.send(command, { abortSignal: stop.signal }));
      return output ? { outcome: 'answer', answer: answerOf(output) } : stopped(request, stop);
    } catch (error) {
      return { outcome: 'failure', failure: this.#failureOf(error) };
    }
  }

  #failureOf(error: unknown): ModelFailure {
    return failureOf(errorFacts(error), this.#clock.now());
  }

  #since(startedAtMs: number): number {
    return Math.max(0, this.#clock.now() - startedAtMs);
  }
}

function stopped(request: ModelRequest, stop: CallStop): CallOutcome {
  if (stop.why !== 'aborted') {
    return { outcome: 'failure', failure: { kind: 'timeout', name: 'AnswerTimeout' } };
  }
  const usage: Usage = { inputTokens: estimatedInput(request), outputTokens: 0, estimated: true };
  return { outcome: 'aborted', usage };
}

function estimatedInput({ conversation }: ModelRequest): number {
  return estimatedTokens(conversation, {});
}
