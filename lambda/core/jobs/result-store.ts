import type { Conversation } from '../../contract/conversation.ts';
import type { Answer } from '../router/run-result.ts';

/** The only place that stores prompts, answers and what models said about refused prompts. */
export interface ResultStore {
  putPrompt(prompt: PromptName, conversation: Conversation): Promise<void>;
  /** Returns `undefined` if the prompt was deleted. */
  getPrompt(prompt: PromptName): Promise<Conversation | undefined>;
  /** Returns the size of the stored object in bytes. */
  putAnswer(result: ResultName, answer: Answer): Promise<number>;
  getAnswer(result: ResultName): Promise<Answer | undefined>;
  /** Stores what a model said when it refused the job. */
  putErrorDetail(result: ResultName, detail: string): Promise<void>;
  getErrorDetail(result: ResultName): Promise<string | undefined>;
  /** Returns a link that downloads the answer without a key for 15 minutes. */
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
