import type { FailureKind } from '../../lambda/contract/words.ts';
import type {
  CallOutcome,
  CallWatch,
  ModelClient,
  ModelFailure,
} from '../../lambda/core/router/model-client.ts';
import { aModelAnswer } from '../support/model-answer.ts';
import type { Cloud } from './cloud.ts';
import { type Model, refusalText, usageOf } from './model.ts';
import { performWithFault } from './port-faults.ts';
import { forever, type Sandbox } from './sandbox.ts';

/**
 * A model client that follows the script. A fault can be injected into the start of a call, which
 * lasts until the first token, and into each later token.
 */
export function scriptedModels({ model }: Cloud, sandbox: Sandbox): ModelClient {
  return {
    async converse({ target }, _limits, watch) {
      const startedAtMs = sandbox.clock.now();
      const sinceStart = () => sandbox.clock.now() - startedAtMs;
      const onToken = () => watch.onToken(sinceStart());
      const call = { model, modelId: target.modelId, sandbox, signal: watch.signal, onToken };
      const outcome = await converse(call);
      return { ...outcome, elapsedMs: sinceStart() };
    },
    countTokens: async () => undefined,
  };
}

interface ScriptedCall extends Pick<CallWatch, 'signal'> {
  readonly model: Model;
  readonly modelId: string;
  readonly sandbox: Sandbox;
  readonly onToken: () => void;
}

async function converse({
  model,
  modelId,
  sandbox,
  signal,
  onToken,
}: ScriptedCall): Promise<CallOutcome> {
  const caller = {
    process: sandbox,
    wait: (ms: number) => sandbox.clock.sleep(ms, signal),
    hasLeft: () => signal.aborted,
  };
  const attempt = <T>(name: string, perform: () => Promise<T>) =>
    performWithFault(sandbox, name, perform).catch(() => undefined);

  const stream = await attempt('models.converse', () => model.open(modelId, caller));
  if (signal.aborted) return { outcome: 'aborted' };
  if (!stream) return failed('network');
  const { reaction, call, tokens } = stream;
  const usage = usageOf(call);
  switch (reaction) {
    case 'throttles':
      return failed('quota-minute');
    case 'refuses':
      return failed('job', { detail: refusalText(call) });
    case 'fails':
      return failed('model-error');
    case 'breaks':
      onToken();
      return { ...failed('broken-stream'), usage };
    case 'kills':
      sandbox.kill();
      return forever();
    case 'answers':
      break;
    default:
      return reaction satisfies never;
  }
  onToken();
  for (let n = 2; n <= tokens.length; n++) {
    const token = await attempt('models.token', () => model.token(stream, n, caller));
    if (signal.aborted) return { outcome: 'aborted', usage };
    if (token === undefined) return { ...failed('broken-stream'), usage };
    onToken();
  }
  return { outcome: 'answer', answer: aModelAnswer(tokens.join(''), { usage }) };
}

function failed(kind: FailureKind, more: Pick<ModelFailure, 'detail'> = {}) {
  return { outcome: 'failure' as const, failure: { kind, name: `${kind}-error`, ...more } };
}
