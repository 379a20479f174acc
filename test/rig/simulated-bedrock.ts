import type { Clock, Random } from '../../lambda/core/clock.ts';
import { type ErrorFacts, failureOf } from '../../lambda/core/router/failure.ts';
import type {
  CallLimits,
  ModelClient,
  ModelRequest,
  ModelResult,
} from '../../lambda/core/router/model-client.ts';
import { answer } from '../../local/bedrock/answer.ts';
import { CallLog } from '../../local/bedrock/call-log.ts';
import { tokensOf } from '../../local/bedrock/conversation.ts';
import { type FailingRule, Faults } from '../../local/bedrock/faults.ts';
import { drawLatencyMs, type Latency } from '../../local/bedrock/latency.ts';
import { SERVICE_ERRORS } from '../../local/bedrock/service-error.ts';

/** The duration of a call that is refused or whose connection is reset. */
const REFUSAL_MS = 10;

/** The fake Bedrock's faults, quotas, latencies and call log in virtual time, without a network. */
export class SimulatedBedrock implements ModelClient {
  readonly log: CallLog;
  readonly faults: Faults;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #latency: Latency;

  constructor(clock: Clock, random: Random, latency: Latency) {
    this.#clock = clock;
    this.#random = random;
    this.#latency = latency;
    this.log = new CallLog(() => clock.now());
    this.faults = new Faults(() => clock.now());
  }

  async converse(
    request: ModelRequest,
    { firstTokenMs: timeoutMs }: CallLimits,
  ): Promise<ModelResult> {
    const { region, modelId: model } = request.target;
    const called = { region, model, operation: 'converse' } as const;
    const prompt = request.messages.at(-1)?.text ?? '';
    const { maxTokens } = request.inferenceConfig;
    const call = { jobId: request.jobId, inputTokens: tokensOf(prompt), maxTokens };
    const end = this.log.begin({ ...called, protocol: 'HTTP/1.1', ...call });
    const effects = this.faults.applyTo(called, call.inputTokens + maxTokens, this.#random);
    if (effects.failure) {
      const elapsedMs = effects.failure.fault === 'hang' ? timeoutMs : REFUSAL_MS;
      await this.#clock.sleep(elapsedMs);
      end(effects.failure.fault);
      const failure = failureOf(factsOf(effects.failure), this.#clock.now());
      return { outcome: 'failure', failure, elapsedMs };
    }
    const given = answer(model, { prompt, ...call });
    const { outputTokens } = given.usage;
    const elapsedMs =
      effects.slowdown * drawLatencyMs(this.#latency, model, outputTokens, this.#random);
    await this.#clock.sleep(elapsedMs);
    effects.settle(given.usage);
    end('answered', 200);
    return { outcome: 'answer', answer: given, elapsedMs };
  }

  async countTokens(): Promise<undefined> {}
}

/** Returns the error that the SDK client would report. */
function factsOf(rule: FailingRule): ErrorFacts {
  switch (rule.fault) {
    case 'hang':
      return { name: 'TimeoutError', message: '' };
    case 'reset':
      return { name: 'Error', message: '', code: 'ECONNRESET' };
    case 'html-503':
    case 'reply':
      throw new Error(`the simulation does not support the fault ${rule.fault}`);
    case 'unavailable':
      return { ...SERVICE_ERRORS.unavailable, expectedQueueDelayMs: rule.expectedQueueDelayInMs };
    default:
      return SERVICE_ERRORS[rule.fault];
  }
}
