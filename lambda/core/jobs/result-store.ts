import type { Conversation } from '../../contract/job-request.ts';
import type { Answer } from '../router/run-result.ts';

/** Prompts and answers; they lie here and nowhere else. */
export interface ResultStore {
  putPrompt(prompt: PromptName, conversation: Conversation): Promise<void>;
  /** Undefined when it is gone. */
  getPrompt(prompt: PromptName): Promise<Conversation | undefined>;
  /** Gives the size in bytes of what was stored. */
  putAnswer(result: ResultName, answer: Answer): Promise<number>;
  getAnswer(result: ResultName): Promise<Answer | undefined>;
  /** A link that downloads the answer without a key, for a quarter of an hour. */
  answerUrl(result: ResultName): Promise<string>;
}

export interface PromptName {
  readonly jobId: string;
  readonly bodyHash: string;
}

export interface ResultName {
  readonly jobId: string;
  readonly claimToken: string;
}
