import type { Clock, Random } from '../../lambda/core/clock.ts';
import { failureOf } from '../../lambda/core/router/failure.ts';
import type {
  CallLimits,
  CallOutcome,
  CallWatch,
  ModelClient,
  ModelRequest,
  ModelResult,
} from '../../lambda/core/router/model-client.ts';
import { CallLog } from '../../local/bedrock/call-log.ts';
import type { Conversation } from '../../local/bedrock/conversation.ts';
import { courseOf } from '../../local/bedrock/course.ts';
import { type FailingRule, Faults } from '../../local/bedrock/faults.ts';
import { tokensOf } from '../../local/bedrock/prompt-tokens.ts';
import type { Speed } from '../../local/bedrock/speeds.ts';
import { CallTimer } from './call-timer.ts';
import { receiveAnswer } from './simulated-answer.ts';
import { outcomeWithoutAnswer, type SimulatedCall } from './simulated-call.ts';
import { errorOf } from './simulated-errors.ts';
import { receiveStream } from './simulated-stream.ts';

/** The duration of a call that is refused or whose connection is reset. */
const REFUSAL_MS = 10;

/** The fake Bedrock's models, faults, quotas and call log in virtual time, without a network. */
export class SimulatedBedrock implements ModelClient {
  readonly log: CallLog;
  readonly faults: Faults;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #speed: Speed;

  constructor(clock: Clock, random: Random, speed: Speed) {
    this.#clock = clock;
    this.#random = random;
    this.#speed = speed;
    this.log = new CallLog(() => clock.now());
    this.faults = new Faults(() => clock.now());
  }

  async converse(
    request: ModelRequest,
    limits: CallLimits,
    watch: CallWatch,
  ): Promise<ModelResult> {
    if (watch.signal.aborted) return { outcome: 'aborted', elapsedMs: 0 };
    const timer = new CallTimer(this.#clock, limits, watch.signal);
    let firstTokenMs: number | undefined;
    const onToken = (elapsedMs: number) => {
      firstTokenMs ??= elapsedMs;
      watch.onToken(elapsedMs);
    };
    const outcome = await this.#call(request, {
      limits,
      timer,
      watch: { onToken, signal: watch.signal },
    });
    const { elapsedMs } = timer;
    return { ...outcome, elapsedMs, ...(firstTokenMs !== undefined && { firstTokenMs }) };
  }

  async countTokens(): Promise<undefined> {}

  async #call(
    request: ModelRequest,
    { limits, ...timed }: Pick<SimulatedCall, 'limits' | 'timer' | 'watch'>,
  ): Promise<CallOutcome> {
    const { region, modelId: model } = request.target;
    const operation = limits.isStreamed ? 'converse-stream' : 'converse';
    const conversation = conversationOf(request);
    const { jobId, inputTokens, maxTokens } = conversation;
    const facts = { region, model, operation, jobId, inputTokens, maxTokens } as const;
    const logged = this.log.begin({ ...facts, protocol: 'HTTP/1.1' });
    const behavior = { ...this.#speed, faults: this.faults };
    const course = courseOf({ region, model, operation }, conversation, behavior, this.#random);
    const call = { ...timed, limits, logged, inputTokens };
    if (limits.isStreamed) call.timer.limit('first-token', limits.firstTokenMs);
    if (course.kind === 'failed') return this.#fail(call, course.rule);
    return limits.isStreamed ? receiveStream(call, course) : receiveAnswer(call, course);
  }

  async #fail(call: SimulatedCall, rule: FailingRule): Promise<CallOutcome> {
    const isHanging = rule.fault === 'hang';
    const why = await call.timer.waitUntil(isHanging ? Infinity : REFUSAL_MS);
    call.logged.end(why && !isHanging ? 'abandoned' : rule.fault);
    if (why) return outcomeWithoutAnswer(call, { why });
    const failure = failureOf(errorOf(rule), this.#clock.now());
    return outcomeWithoutAnswer(call, { why: 'error', failure });
  }
}

function conversationOf({ conversation, jobId }: ModelRequest): Conversation {
  const { messages, inferenceConfig } = conversation;
  const prompt = messages.at(-1)?.content[0]?.text ?? '';
  return { jobId, prompt, inputTokens: tokensOf(prompt), maxTokens: inferenceConfig.maxTokens };
}
