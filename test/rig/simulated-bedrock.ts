import type { Clock, Random } from '../../lambda/core/clock.ts';
import { type ErrorFacts, failureOf } from '../../lambda/core/router/failure.ts';
import type {
  CallLimits,
  ModelClient,
  ModelRequest,
  ModelResult,
} from '../../lambda/core/router/model-client.ts';
import { CallLog } from '../../local/bedrock/call-log.ts';
import { type Conversation, tokensOf } from '../../local/bedrock/conversation.ts';
import { courseOf, timeOfToken } from '../../local/bedrock/course.ts';
import { type FailingRule, Faults } from '../../local/bedrock/faults.ts';
import type { Latency } from '../../local/bedrock/latency.ts';
import { SERVICE_ERRORS } from '../../local/bedrock/service-error.ts';

/** The duration of a call that is refused or whose connection is reset. */
const REFUSAL_MS = 10;

/** The fake Bedrock's faults, quotas, latencies and call log in virtual time, without a network. */
export class SimulatedBedrock implements ModelClient {
  readonly log: CallLog;
  readonly faults: Faults;
  readonly latency: Latency;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(clock: Clock, random: Random, latency: Latency) {
    this.#clock = clock;
    this.#random = random;
    this.latency = latency;
    this.log = new CallLog(() => clock.now());
    this.faults = new Faults(() => clock.now());
  }

  async converse(
    request: ModelRequest,
    { firstTokenMs: timeoutMs }: CallLimits,
  ): Promise<ModelResult> {
    const { region, modelId: model } = request.target;
    const call = { region, model, operation: 'converse' } as const;
    const conversation = conversationOf(request);
    const { jobId, inputTokens, maxTokens } = conversation;
    const start = { ...call, jobId, inputTokens, maxTokens };
    const { end } = this.log.begin({ ...start, protocol: 'HTTP/1.1' });
    const course = courseOf(call, conversation, this, this.#random);
    if (course.kind === 'failed') {
      const elapsedMs = course.rule.fault === 'hang' ? timeoutMs : REFUSAL_MS;
      await this.#clock.sleep(elapsedMs);
      end(course.rule.fault);
      const failure = failureOf(factsOf(course.rule), this.#clock.now());
      return { outcome: 'failure', failure, elapsedMs };
    }
    if (course.end.kind !== 'answered') throw notSimulated(course.end.kind);
    const { outputTokens } = course.answer.usage;
    const elapsedMs = timeOfToken(course, outputTokens);
    await this.#clock.sleep(elapsedMs);
    course.settle(outputTokens);
    end('answered', 200);
    return { outcome: 'answer', answer: course.answer, elapsedMs };
  }

  async countTokens(): Promise<undefined> {}
}

function conversationOf({ messages, inferenceConfig, jobId }: ModelRequest): Conversation {
  const prompt = messages.at(-1)?.text ?? '';
  return { jobId, prompt, inputTokens: tokensOf(prompt), maxTokens: inferenceConfig.maxTokens };
}

function notSimulated(fault: string): Error {
  return new Error(`the simulation does not support the fault ${fault}`);
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
      throw notSimulated(rule.fault);
    case 'unavailable':
      return { ...SERVICE_ERRORS.unavailable, expectedQueueDelayMs: rule.expectedQueueDelayInMs };
    default:
      return SERVICE_ERRORS[rule.fault];
  }
}
