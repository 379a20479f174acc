import type { Conversation } from '../../contract/conversation.ts';
import type { Answer } from '../router/run-result.ts';
import type { FileName } from './upload-store.ts';

/** The only place that stores prompts, their files, answers and what models said about refused prompts. */
export interface ResultStore {
  /** Returns the size of the stored object in bytes. */
  putPrompt(prompt: PromptName, conversation: Conversation): Promise<number>;
  /** Returns `undefined` if the prompt was deleted. */
  getPrompt(prompt: PromptName): Promise<Conversation | undefined>;
  /** Returns a job's copy of an upload as base64; `undefined` if it was deleted. */
  getFile(file: FileName): Promise<string | undefined>;
  /** Returns the size of the stored object in bytes. */
  putAnswer(result: ResultName, answer: Answer): Promise<number>;
  getAnswer(result: ResultName): Promise<Answer | undefined>;
  /** Stores what a model said when it refused the job. */
  putErrorDetail(result: ResultName, detail: string): Promise<void>;
  getErrorDetail(result: ResultName): Promise<string | undefined>;
  /** Returns a link that downloads the answer without a key for 15 minutes. */
  answerUrl(result: ResultName): Promise<string>;
  /** Deletes all objects of a job, including those of runs and requests that lost it. */
  purge(jobId: string): Promise<void>;
}

export interface PromptName {
  readonly jobId: string;
  readonly bodyHash: string;
}

export interface ResultName {
  readonly jobId: string;
  readonly claimToken: string;
}
