import { sendReply } from '../../console/server/loopback.ts';
import { contentOf } from './answer-blocks.ts';
import { type Generation, timeOfToken, tokensToSend } from './course.ts';
import { actAfter, type Delivery, type Exchange } from './delivery.ts';
import { jsonReply, serviceErrorReply } from './service-error.ts';
import { SAME_SERVICE_ERRORS } from './stream-error.ts';
import { dropConnection } from './two-protocol-server.ts';

/**
 * Sends the answer in one piece, when its last token is generated. If the generation breaks, the
 * caller gets nothing, an error or a dropped connection at that time. A caller that leaves earlier
 * pays for the whole answer, because the model generates to the end.
 */
export function sendAnswer(generation: Generation): Delivery {
  return (exchange) => {
    const { answer, settle } = generation;
    actAfter(timeOfToken(generation, tokensToSend(generation)), exchange.closed, {
      act: () => endGeneration(generation, exchange),
      left: () => {
        settle(answer.usage.outputTokens);
        exchange.logged.end('abandoned');
      },
    });
  };
}

function endGeneration(
  generation: Generation,
  { request, response, closed, logged }: Exchange,
): void {
  const { end, settle } = generation;
  settle(tokensToSend(generation));
  switch (end.kind) {
    case 'answered':
      logged.sent(tokensToSend(generation));
      logged.end('answered', 200);
      sendReply(response, answerReply(generation));
      break;
    case 'stall':
      closed.then(() => logged.end('stall'));
      break;
    case 'stream-reset':
      logged.end('stream-reset');
      dropConnection(request);
      break;
    case 'stream-error': {
      const reply = serviceErrorReply(SAME_SERVICE_ERRORS[end.error]);
      logged.end('stream-error', reply.status);
      sendReply(response, reply);
      break;
    }
    default:
      end satisfies never;
  }
}

function answerReply(generation: Generation) {
  const { blocks, stopReason, additionalModelResponseFields } = generation.answer;
  return jsonReply(200, {
    output: { message: { role: 'assistant', content: blocks.map(contentOf) } },
    stopReason,
    additionalModelResponseFields,
    ...metadata(generation),
  });
}

/** Returns the part that Converse's reply and the stream's metadata event have in common. */
export function metadata(generation: Generation) {
  const { usage, trace, performanceConfig, serviceTier } = generation.answer;
  const { inputTokens, outputTokens, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = usage;
  const input = inputTokens + cacheReadInputTokens + cacheWriteInputTokens;
  return {
    usage: { ...usage, totalTokens: input + outputTokens },
    metrics: { latencyMs: Math.round(timeOfToken(generation, outputTokens)) },
    ...{ trace, performanceConfig, serviceTier },
  };
}
