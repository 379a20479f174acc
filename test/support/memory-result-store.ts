import type { Conversation } from '../../lambda/contract/conversation.ts';
import type { PromptName, ResultName, ResultStore } from '../../lambda/core/jobs/result-store.ts';
import type { Answer } from '../../lambda/core/router/run-result.ts';

/** A result store that keeps prompts and answers in memory. */
export class MemoryResultStore implements ResultStore {
  readonly prompts = new Map<string, Conversation>();
  readonly answers = new Map<string, Answer>();
  readonly errorDetails = new Map<string, string>();

  async putPrompt({ jobId, bodyHash }: PromptName, conversation: Conversation): Promise<void> {
    this.prompts.set(`${jobId}/${bodyHash}`, conversation);
  }

  async getPrompt({ jobId, bodyHash }: PromptName): Promise<Conversation | undefined> {
    return this.prompts.get(`${jobId}/${bodyHash}`);
  }

  async putAnswer({ jobId, claimToken }: ResultName, answer: Answer): Promise<number> {
    this.answers.set(`${jobId}/${claimToken}`, answer);
    return JSON.stringify(answer).length;
  }

  async getAnswer({ jobId, claimToken }: ResultName): Promise<Answer | undefined> {
    return this.answers.get(`${jobId}/${claimToken}`);
  }

  async putErrorDetail({ jobId, claimToken }: ResultName, detail: string): Promise<void> {
    this.errorDetails.set(`${jobId}/${claimToken}`, detail);
  }

  async getErrorDetail({ jobId, claimToken }: ResultName): Promise<string | undefined> {
    return this.errorDetails.get(`${jobId}/${claimToken}`);
  }

  async answerUrl({ jobId, claimToken }: ResultName): Promise<string> {
    return `https://results/${jobId}/${claimToken}`;
  }
}
