import type { Settings } from '../../contract/policy.ts';
import type { Outcome, Permit } from '../breaker/permit.ts';
import type { CallRecorder } from './call-recorder.ts';
import type { Candidate } from './candidates.ts';
import { circuitOutcome } from './circuit-outcome.ts';
import type { ModelClient, ModelResult } from './model-client.ts';
import { PromptSize } from './prompt-size.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RunRequest } from './run-request.ts';
import { type Reduction, shapeRequest } from './shape.ts';

/** Share of the call timeout that counting a prompt's tokens may take: half of a call's margin. */
const COUNT_SHARE = 0.05;

export interface TargetCallerParts {
  readonly models: ModelClient;
  readonly recorder: CallRecorder;
  readonly retries: RetryBudget;
}

export type TargetCall =
  | { readonly result: ModelResult; readonly reducedBy: readonly Reduction[] }
  /** The job was cancelled or lost before the call, or a token count found its prompt too long. */
  | { readonly notMade: 'cancelled' | 'lost' | 'too-long' };

/** Calls the targets of one run with the job's request, adapted to each of them. */
export class TargetCaller {
  readonly #parts: TargetCallerParts;
  readonly #timeoutMs: number;
  readonly #request: RunRequest;
  readonly #prompt: PromptSize;

  constructor(parts: TargetCallerParts, settings: Settings, request: RunRequest) {
    this.#parts = parts;
    this.#timeoutMs = settings.breaker.callTimeoutSeconds * 1000;
    this.#request = request;
    this.#prompt = new PromptSize(parts.models, request.conversation);
  }

  /** Returns false if the prompt certainly does not fit the target's window. */
  mayFit(candidate: Candidate): boolean {
    const { conversation, jobId } = this.#request;
    return shapeRequest(candidate, conversation, jobId).fits || this.#prompt.isClose(candidate);
  }

  /** Calls the target once. Settles the permit even if the call fails or is not made. */
  async call(candidate: Candidate, permit: Permit): Promise<TargetCall> {
    const { models, recorder, retries } = this.#parts;
    const { conversation, jobId, beforeCall } = this.#request;
    let outcome: Outcome = { kind: 'ignored' };
    try {
      const permission = await beforeCall();
      if (permission !== 'go') return { notMade: permission };
      const tokens = await this.#prompt.tokens(candidate, this.#timeoutMs * COUNT_SHARE);
      const shaped = shapeRequest(candidate, conversation, jobId, tokens);
      if (!shaped.fits) return { notMade: 'too-long' };
      retries.earn();
      const result = await models.converse(shaped.request, this.#timeoutMs);
      recorder.record(candidate, jobId, result, permit.stage);
      outcome = circuitOutcome(result);
      return { result, reducedBy: shaped.reducedBy };
    } finally {
      await permit.settle(outcome);
    }
  }
}
