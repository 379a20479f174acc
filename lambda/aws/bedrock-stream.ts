import {
  type BedrockRuntimeClient,
  ConverseStreamCommand,
  type ConverseStreamCommandInput,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import type { AnswerAssembly } from '../core/router/answer-assembly.ts';
import type { CallLimits, ModelFailure } from '../core/router/model-client.ts';
import { limitAfter, type StreamEnd } from '../core/router/stream-end.ts';
import { answerEventOf } from './bedrock-answer.ts';
import type { CallStop } from './call-stop.ts';

export interface StreamCall {
  readonly client: BedrockRuntimeClient;
  readonly input: ConverseStreamCommandInput;
  readonly limits: CallLimits;
  readonly stop: CallStop;
  /** Called for each event that carries content. */
  onToken(): void;
  failureOf(error: unknown): ModelFailure;
}

/** Makes a call with ConverseStream and reads its answer into `assembly`, as far as it comes. */
export async function readStream(call: StreamCall, assembly: AnswerAssembly): Promise<StreamEnd> {
  const { limits, stop, onToken } = call;
  stop.limit('first-token', limits.firstTokenMs);
  const events = eventsOf(call);
  for (;;) {
    const step = await nextStep(call, events);
    if ('why' in step) return step;
    const event = answerEventOf(step.event);
    assembly.add(event);
    const limit = limitAfter(event, assembly, limits);
    if (limit) stop.limit(limit.stop, limit.ms);
    if (event.type === 'content' && event.bytes > 0) onToken();
  }
}

/**
 * Yields the events of the call's stream. It is never told to return early: the abort of the
 * request ends it.
 */
async function* eventsOf({
  client,
  input,
  stop,
}: StreamCall): AsyncGenerator<ConverseStreamOutput> {
  const command = new ConverseStreamCommand(input);
  const { stream } = await client.send(command, { abortSignal: stop.signal });
  if (stream) yield* stream;
}

async function nextStep(
  { stop, failureOf }: StreamCall,
  events: AsyncGenerator<ConverseStreamOutput>,
): Promise<StreamEnd | { readonly event: ConverseStreamOutput }> {
  try {
    const next = await stop.orStop(events.next());
    if (stop.why) return { why: stop.why };
    return next === undefined || next.done ? { why: 'ended' } : { event: next.value };
  } catch (error) {
    return { why: 'error', failure: failureOf(error) };
  }
}
