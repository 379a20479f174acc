import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../../lambda/contract/conversation.ts';
import type { ModelClient, ModelRequest } from '../../../lambda/core/router/model-client.ts';
import type { Router } from '../../../lambda/core/router/router.ts';
import type { RunRequest } from '../../../lambda/core/router/run-request.ts';
import { tracedModels, tracedRouter } from '../../../lambda/core/router/traced.ts';
import { answers, FakeModelClient } from '../../support/fake-model-client.ts';
import { anAnswer, anAttempt } from '../../support/job-builders.ts';
import { RecordingTrace } from '../../support/recording-trace.ts';

const request = {
  jobId: 'job',
  conversation: { messages: [userMessage('secret')] },
} as unknown as RunRequest;
const target = { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' };
const LIMITS = { isStreamed: true, firstTokenMs: 1000, stallMs: 1000, answerMs: 1000 };
const WATCH = { onToken: () => undefined, signal: new AbortController().signal };
const call = { jobId: 'job', target } as unknown as ModelRequest;

describe('a trace', () => {
  test('shows a job’s run with its id and outcome, but nothing of its prompt', async () => {
    const trace = new RecordingTrace();
    const router: Router = {
      run: async () => ({ outcome: 'answered', answer: anAnswer(), attempts: [anAttempt()] }),
    };

    await tracedRouter(router, trace).run(request);

    expect(trace.spans).toEqual([
      { name: 'job run', annotations: { jobId: 'job', outcome: 'answered', attempts: 1 } },
    ]);
  });

  test('shows a model call with its target and failure kind', async () => {
    const trace = new RecordingTrace();
    const failure = { kind: 'quota-day', name: 'ThrottlingException' } as const;
    const models: ModelClient = {
      converse: async () => ({ outcome: 'failure', failure, elapsedMs: 3 }),
      countTokens: async () => 7,
    };
    const traced = tracedModels(models, trace);

    await traced.converse(call, LIMITS, WATCH);

    expect(await traced.countTokens(call, 1000)).toBe(7);
    expect(trace.spans).toEqual([
      {
        name: 'model call',
        annotations: {
          jobId: 'job',
          target: 'us-east-1/amazon.nova-lite-v1:0',
          outcome: 'quota-day',
        },
      },
    ]);
  });

  test('shows that a model call was answered', async () => {
    const trace = new RecordingTrace();
    const traced = tracedModels(new FakeModelClient(answers()), trace);

    const result = await traced.converse(call, LIMITS, WATCH);

    expect(result).toEqual(answers());
    expect(trace.spans).toMatchObject([{ annotations: { outcome: 'answer' } }]);
  });
});
